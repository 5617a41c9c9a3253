using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class CountGrantsByApp : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_user_grants_status_app_id",
                table: "user_grants",
                columns: new[] { "status", "app_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_user_grants_status_app_id",
                table: "user_grants");
        }
    }
}

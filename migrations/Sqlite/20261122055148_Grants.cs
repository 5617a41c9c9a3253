using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Grants : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "end_announced_at",
                table: "user_grants",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refresh_outcome",
                table: "user_grants",
                type: "TEXT",
                maxLength: 32,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_head",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_head", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit_log",
                columns: table => new
                {
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    action = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    app_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    open_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    result = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    log_id = table.Column<string>(type: "TEXT", maxLength: 128, nullable: true),
                    detail = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_log", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "token_call_pauses",
                columns: table => new
                {
                    app_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    until = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_token_call_pauses", x => x.app_id);
                });

            migrationBuilder.CreateTable(
                name: "token_calls",
                columns: table => new
                {
                    app_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    slot = table.Column<long>(type: "INTEGER", nullable: false),
                    calls = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_token_calls", x => new { x.app_id, x.slot });
                });

            migrationBuilder.InsertData(
                table: "audit_head",
                columns: new[] { "id", "hash", "number" },
                values: new object[] { 1, "0000000000000000000000000000000000000000000000000000000000000000", 0L });

            migrationBuilder.CreateIndex(
                name: "ix_user_grants_refresh_started_at",
                table: "user_grants",
                column: "refresh_started_at",
                filter: "refresh_started_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_user_grants_status_granted_at",
                table: "user_grants",
                columns: new[] { "status", "granted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_user_grants_status_last_used_at",
                table: "user_grants",
                columns: new[] { "status", "last_used_at" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_log_app_id_open_id_number",
                table: "audit_log",
                columns: new[] { "app_id", "open_id", "number" });

            migrationBuilder.Sql("UPDATE user_grants SET last_used_at = granted_at WHERE last_used_at IS NULL");
            migrationBuilder.Sql("CREATE TRIGGER lark_audit_stays BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'The audit log is only ever appended to.'); END");
            migrationBuilder.Sql("CREATE TRIGGER lark_audit_is_kept BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'The audit log is only ever appended to.'); END");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_head");

            migrationBuilder.DropTable(
                name: "audit_log");

            migrationBuilder.DropTable(
                name: "token_call_pauses");

            migrationBuilder.DropTable(
                name: "token_calls");

            migrationBuilder.DropIndex(
                name: "ix_user_grants_refresh_started_at",
                table: "user_grants");

            migrationBuilder.DropIndex(
                name: "ix_user_grants_status_granted_at",
                table: "user_grants");

            migrationBuilder.DropIndex(
                name: "ix_user_grants_status_last_used_at",
                table: "user_grants");

            migrationBuilder.DropColumn(
                name: "end_announced_at",
                table: "user_grants");

            migrationBuilder.DropColumn(
                name: "refresh_outcome",
                table: "user_grants");
        }
    }
}

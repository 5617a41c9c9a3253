using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Grants : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "end_announced_at",
                table: "user_grants",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refresh_outcome",
                table: "user_grants",
                type: "character varying(32)",
                maxLength: 32,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_head",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_head", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit_log",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    action = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    app_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    open_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    result = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    log_id = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: true),
                    detail = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_log", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "token_call_pauses",
                columns: table => new
                {
                    app_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_token_call_pauses", x => x.app_id);
                });

            migrationBuilder.CreateTable(
                name: "token_calls",
                columns: table => new
                {
                    app_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    slot = table.Column<long>(type: "bigint", nullable: false),
                    calls = table.Column<int>(type: "integer", nullable: false)
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

            // Whoever changes a grant: the other replicas hear of it when it is committed.
            migrationBuilder.Sql("""
                CREATE FUNCTION lark_tell_of_grant() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    changed user_grants;
                BEGIN
                    changed := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                    PERFORM pg_notify('lark_grants', changed.app_id || '/' || changed.open_id);
                    RETURN NULL;
                END $$;
                CREATE TRIGGER lark_grant_changed AFTER UPDATE ON user_grants
                    FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.status IS DISTINCT FROM NEW.status)
                    EXECUTE FUNCTION lark_tell_of_grant();
                CREATE TRIGGER lark_grant_came_or_went AFTER INSERT OR DELETE ON user_grants
                    FOR EACH ROW EXECUTE FUNCTION lark_tell_of_grant();
                """);

            migrationBuilder.Sql("""
                CREATE FUNCTION lark_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'The audit log is only ever appended to.';
                END $$;
                CREATE TRIGGER lark_audit_stays BEFORE UPDATE OR DELETE ON audit_log
                    FOR EACH ROW EXECUTE FUNCTION lark_audit_stays();
                CREATE TRIGGER lark_audit_is_not_emptied BEFORE TRUNCATE ON audit_log
                    FOR EACH STATEMENT EXECUTE FUNCTION lark_audit_stays();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER lark_grant_changed ON user_grants;
                DROP TRIGGER lark_grant_came_or_went ON user_grants;
                DROP FUNCTION lark_tell_of_grant();
                DROP TRIGGER lark_audit_stays ON audit_log;
                DROP TRIGGER lark_audit_is_not_emptied ON audit_log;
                DROP FUNCTION lark_audit_stays();
                """);

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

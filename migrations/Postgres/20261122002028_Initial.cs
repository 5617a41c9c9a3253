using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace LarkService.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ai_turns",
                columns: table => new
                {
                    message_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    app_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    open_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    chat_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    card_message_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    aily_session_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    aily_message_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    run_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    state = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ai_turns", x => x.message_id);
                });

            migrationBuilder.CreateTable(
                name: "authorization_sessions",
                columns: table => new
                {
                    session_id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    app_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    open_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    flow = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    origin = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    state = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    scopes = table.Column<string>(type: "text", nullable: false),
                    pending_key = table.Column<string>(type: "text", nullable: true),
                    state_hash = table.Column<string>(type: "text", nullable: true),
                    pkce_verifier = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: true),
                    device_code = table.Column<string>(type: "character varying(8192)", maxLength: 8192, nullable: true),
                    link = table.Column<string>(type: "character varying(16384)", maxLength: 16384, nullable: true),
                    poll_seconds = table.Column<int>(type: "integer", nullable: false),
                    next_poll_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    opened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    message_id = table.Column<string>(type: "text", nullable: true),
                    chat_id = table.Column<string>(type: "text", nullable: true),
                    only_visible = table.Column<bool>(type: "boolean", nullable: false),
                    reason = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true),
                    reason_zh = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true),
                    detailed = table.Column<bool>(type: "boolean", nullable: false),
                    error_code = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    wrong_person_count = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_authorization_sessions", x => x.session_id);
                });

            migrationBuilder.CreateTable(
                name: "inbox_events",
                columns: table => new
                {
                    event_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    dedupe_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: true),
                    app_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    event_type = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    ordering_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    payload = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_owner = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    handled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_error = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inbox_events", x => x.event_id);
                });

            migrationBuilder.CreateTable(
                name: "outbox_messages",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    subscriber = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    payload = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    dead = table.Column<bool>(type: "boolean", nullable: false),
                    last_error = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox_messages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "parked_calls",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    kind = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    app_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    open_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    session_id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    payload = table.Column<string>(type: "text", nullable: true),
                    scopes = table.Column<string>(type: "text", nullable: false),
                    place = table.Column<string>(type: "text", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_owner = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    rounds = table.Column<int>(type: "integer", nullable: false),
                    give_up_as = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_parked_calls", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "user_grants",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    app_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    open_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    union_id = table.Column<string>(type: "text", nullable: true),
                    user_id = table.Column<string>(type: "text", nullable: true),
                    name = table.Column<string>(type: "text", nullable: false),
                    en_name = table.Column<string>(type: "text", nullable: true),
                    email = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: true),
                    mobile = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    avatar_url = table.Column<string>(type: "text", nullable: true),
                    tenant_key = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    scopes = table.Column<string>(type: "text", nullable: false),
                    access_token = table.Column<string>(type: "character varying(8192)", maxLength: 8192, nullable: true),
                    access_expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    access_issued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    refresh_token = table.Column<string>(type: "character varying(8192)", maxLength: 8192, nullable: true),
                    refresh_expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    granted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    refresh_lease_owner = table.Column<string>(type: "text", nullable: true),
                    refresh_lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    refresh_started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_grants", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_ai_turns_app_id_open_id_chat_id_created_at",
                table: "ai_turns",
                columns: new[] { "app_id", "open_id", "chat_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_authorization_sessions_app_id_open_id_created_at",
                table: "authorization_sessions",
                columns: new[] { "app_id", "open_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_authorization_sessions_pending_key",
                table: "authorization_sessions",
                column: "pending_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_authorization_sessions_state_expires_at",
                table: "authorization_sessions",
                columns: new[] { "state", "expires_at" });

            migrationBuilder.CreateIndex(
                name: "ix_authorization_sessions_state_hash",
                table: "authorization_sessions",
                column: "state_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_authorization_sessions_state_next_poll_at",
                table: "authorization_sessions",
                columns: new[] { "state", "next_poll_at" });

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_dedupe_key",
                table: "inbox_events",
                column: "dedupe_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_ordering_key_state_position",
                table: "inbox_events",
                columns: new[] { "ordering_key", "state", "position" });

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_state_due_at",
                table: "inbox_events",
                columns: new[] { "state", "due_at" });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_dead_due_at",
                table: "outbox_messages",
                columns: new[] { "dead", "due_at" });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_subscriber_key_id",
                table: "outbox_messages",
                columns: new[] { "subscriber", "key", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_parked_calls_app_id_open_id_kind_state",
                table: "parked_calls",
                columns: new[] { "app_id", "open_id", "kind", "state" });

            migrationBuilder.CreateIndex(
                name: "ix_parked_calls_session_id",
                table: "parked_calls",
                column: "session_id");

            migrationBuilder.CreateIndex(
                name: "ix_parked_calls_state_due_at",
                table: "parked_calls",
                columns: new[] { "state", "due_at" });

            migrationBuilder.CreateIndex(
                name: "ix_user_grants_app_id_open_id",
                table: "user_grants",
                columns: new[] { "app_id", "open_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_user_grants_status_access_expires_at",
                table: "user_grants",
                columns: new[] { "status", "access_expires_at" });

            migrationBuilder.CreateIndex(
                name: "ix_user_grants_status_refresh_expires_at",
                table: "user_grants",
                columns: new[] { "status", "refresh_expires_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ai_turns");

            migrationBuilder.DropTable(
                name: "authorization_sessions");

            migrationBuilder.DropTable(
                name: "inbox_events");

            migrationBuilder.DropTable(
                name: "outbox_messages");

            migrationBuilder.DropTable(
                name: "parked_calls");

            migrationBuilder.DropTable(
                name: "user_grants");
        }
    }
}

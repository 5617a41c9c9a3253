namespace LarkSandbox.Apaas.Tables;

/// <summary>The types a column may have, as the platform's schema names them.</summary>
internal static class ColumnType
{
    public const string Varchar = "text";
    public const string Bigint = "bigint";
    public const string Numeric = "numeric";
    public const string Yes = "boolean";
    public const string Moment = "timestamptz";
    public const string Jsonb = "jsonb";

    public static bool IsKnown(string type) => type is Varchar or Bigint or Numeric or Yes or Moment or Jsonb;
}

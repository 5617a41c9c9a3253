using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using Microsoft.Data.Sqlite;

namespace LarkSandbox.Apaas;

/// <summary>aPaaS documents one code for everything that is wrong with a request; the text says what.</summary>
internal static class ApaasAnswer
{
    public const int Code = 2320001;

    private const int Interrupted = 9;

    public static IResult BadParameter(string what) => Answer.Error(Code, $"param is invalid: {what}");

    /// <summary>Does the work; what is wrong with the request, or what the database refuses, becomes 2320001.</summary>
    public static IResult Of(Func<JsonNode> work)
    {
        try
        {
            return Answer.Data(work());
        }
        catch (FormatException problem)
        {
            return BadParameter(problem.Message);
        }
        catch (InvalidOperationException)
        {
            return BadParameter("a text is no valid Unicode");
        }
        catch (SqliteException problem)
        {
            return BadParameter(InWords(problem));
        }
    }

    /// <summary>What the database said, without its frame: <c>SQLite Error 1: 'no such table: x'.</c></summary>
    public static string InWords(SqliteException problem)
    {
        if (problem.SqliteErrorCode == Interrupted)
        {
            return "the statement takes too long";
        }

        var (first, last) = (problem.Message.IndexOf('\'', StringComparison.Ordinal), problem.Message.LastIndexOf('\''));
        return first >= 0 && last > first ? problem.Message[(first + 1)..last] : problem.Message;
    }
}

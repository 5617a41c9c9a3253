using LarkSandbox.Hosting;

namespace LarkSandbox.Aily;

/// <summary>Aily documents one code for everything that is wrong with a request; the text says what.</summary>
internal static class AilyError
{
    public static IResult BadParameter(string what) => Answer.Error(2700001, $"param is invalid: {what}");
}

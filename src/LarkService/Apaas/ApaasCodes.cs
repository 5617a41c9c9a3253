namespace LarkService.Apaas;

/// <summary>Codes of aPaaS.</summary>
internal static class ApaasCodes
{
    /// <summary>The only one that is documented: whatever is wrong stands in the platform's words.</summary>
    public const int ParameterInvalid = 2320001;
}

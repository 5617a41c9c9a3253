using System.ComponentModel.DataAnnotations;

namespace LarkService.Platform.Configuration;

/// <summary>
/// Options of one feature: bound to one section and checked at start, so that a wrong value stops the start instead of
/// surfacing on some later request.
/// </summary>
internal interface ICheckedOptions : IValidatableObject
{
    /// <summary>Name of the configuration section.</summary>
    static abstract string Section { get; }
}

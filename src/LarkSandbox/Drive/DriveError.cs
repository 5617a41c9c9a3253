using LarkSandbox.Hosting;

namespace LarkSandbox.Drive;

/// <summary>Drive's refusals; some come with HTTP 200.</summary>
internal static class DriveError
{
    public static IResult BadParameter(string what) => Answer.Error(1061002, $"params error: {what}.");

    public static IResult NotFound() => Answer.Error(1061003, "not found.", StatusCodes.Status404NotFound);

    public static IResult Forbidden() => Answer.Error(1061004, "forbidden.", StatusCodes.Status403Forbidden);

    public static IResult BadFileName() => Answer.Error(1061008, "invalid file name.");

    public static IResult UploadExpired() => Answer.Error(1061021, "upload id expire.");

    public static IResult TooLarge() => Answer.Error(1061043, "file size beyond limit.");

    public static IResult NoParent() => Answer.Error(1061044, "parent node not exist.");

    /// <summary>More than five a second, with HTTP 200.</summary>
    public static IResult TryAgain() => Answer.Error(1061045, "can retry.", StatusCodes.Status200OK);

    public static IResult QuotaExceeded() => Answer.Error(1061101, "file quota exceeded.");

    public static IResult OtherUser() => Answer.Error(1062007, "upload user not match.");

    public static IResult BadChecksum() => Answer.Error(1062008, "checksum param Invalid.");

    public static IResult WrongSize() => Answer.Error(1062009, "the actual size is inconsistent with the parameter declaration size.");

    public static IResult BlockMissing() => Answer.Error(1062010, "block missing, please upload all blocks.");

    public static IResult BlockOutOfBounds() => Answer.Error(1062011, "block num out of bounds.");
}

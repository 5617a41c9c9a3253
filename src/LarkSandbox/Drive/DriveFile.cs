namespace LarkSandbox.Drive;

/// <summary>A file that was uploaded whole.</summary>
/// <param name="Token">Its <c>file_token</c>.</param>
/// <param name="Name">As the uploader named it.</param>
/// <param name="Size">In bytes.</param>
/// <param name="ParentType"><c>explorer</c> for a file of the drive; else the kind of document it belongs to.</param>
/// <param name="ParentNode">The folder, or the document.</param>
/// <param name="OwnerOpenId">Who uploaded it; null = the app itself. Nobody else may have it.</param>
/// <param name="Path">Where its bytes lie.</param>
internal sealed record DriveFile(string Token, string Name, long Size, string ParentType, string ParentNode, string? OwnerOpenId, string Path)
{
    public bool IsMedia => ParentType != DriveParent.Explorer;
}

namespace LarkSandbox.Drive;

/// <summary>Where an upload belongs: a folder of the drive, or a document of some kind.</summary>
internal static class DriveParent
{
    public const string Explorer = "explorer";

    private const string FolderPrefix = "fld";

    private static readonly HashSet<string> Documents =
    [
        "doc_image", "docx_image", "sheet_image", "doc_file", "docx_file", "sheet_file", "vc_virtual_background", "bitable_image", "bitable_file", "moments",
        "ccm_import_open", "calendar", "base_global", "lark_ai_media_analysis", "whiteboard", "mindnote_image", "comment_image", "slide_img", "slide_file",
        "email", "bitable_tmp_point", "office_sheet_file", "office_slide_file",
    ];

    /// <summary>Null when the parent is one that this upload may have.</summary>
    public static IResult? Refuse(bool media, string? type, string? node)
    {
        if (type is null || (media ? !Documents.Contains(type) : type != Explorer))
        {
            return DriveError.BadParameter(media ? "parent_type is unknown" : "parent_type must be explorer");
        }

        if (string.IsNullOrEmpty(node))
        {
            return DriveError.BadParameter("parent_node is required");
        }

        return media || node.StartsWith(FolderPrefix, StringComparison.Ordinal) ? null : DriveError.NoParent();
    }
}

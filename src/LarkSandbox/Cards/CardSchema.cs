using System.Collections.Frozen;

namespace LarkSandbox.Cards;

/// <summary>What JSON 2.0 knows: every tag with its properties, and the values of the enumerations. The rest is refused.</summary>
internal static class CardSchema
{
    public static readonly FrozenSet<string> Locales = Set(
        "zh_cn en_us ja_jp zh_hk zh_tw id_id vi_vn th_th pt_br es_es ko_kr de_de fr_fr it_it ru_ru ms_my");

    public static readonly FrozenSet<string> OldTags = Set("action note");

    public static readonly FrozenSet<string> Root = Set("schema config card_link header body");

    /// <summary>Objects without a tag of their own, by the property that holds them.</summary>
    public static readonly FrozenDictionary<string, FrozenSet<string>> Parts = new Dictionary<string, FrozenSet<string>>
    {
        ["config"] = Set("update_multi enable_forward enable_forward_interaction width_mode summary locales use_custom_translation streaming_mode streaming_config style"),
        ["summary"] = Set("content i18n_content"),
        ["card_link"] = Set("url pc_url ios_url android_url"),
        ["multi_url"] = Set("url pc_url ios_url android_url"),
        ["body"] = Set("direction padding horizontal_spacing horizontal_align vertical_spacing vertical_align elements"),
        ["header"] = Set("title subtitle template icon text_tag_list i18n_text_tag_list padding"),
        ["panel_header"] = Set("title icon icon_position icon_expanded_angle background_color vertical_align padding width"),
        ["border"] = Set("color corner_radius"),
        ["confirm"] = Set("title text"),
        ["behavior"] = Set("type default_url url pc_url ios_url android_url value"),
        ["option"] = Set("text icon value img_key disabled hover_tips disabled_tips"),
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, FrozenSet<string>> Tags = new Dictionary<string, FrozenSet<string>>
    {
        ["plain_text"] = Set("content i18n_content text_size text_color text_align lines"),
        ["lark_md"] = Set("content i18n_content text_size text_color text_align lines"),
        ["standard_icon"] = Set("token color size"),
        ["custom_icon"] = Set("img_key size"),
        ["text_tag"] = Set("text color element_id"),
        ["div"] = Component("text icon width fields"),
        ["markdown"] = Component("content i18n_content text_size text_align icon href"),
        ["hr"] = Component(""),
        ["img"] = Component("img_key i18n_img_key alt title corner_radius scale_type size transparent preview"),
        ["img_combination"] = Component("combination_mode corner_radius img_list combination_transparent"),
        ["person"] = Component("user_id size show_avatar show_name style"),
        ["person_list"] = Component("persons lines drop_invalid_user_id show_name show_avatar size icon ud_icon"),
        ["chart"] = Component("chart_spec aspect_ratio color_theme preview height"),
        ["table"] = Component("columns rows page_size row_height row_max_height freeze_first_column header_style"),
        ["audio"] = Component("file_key audio_id show_time fill_color style width"),
        ["column_set"] = Component("flex_mode background_style horizontal_spacing horizontal_align columns action"),
        ["column"] = Component("width weight vertical_align vertical_spacing horizontal_align horizontal_spacing direction padding background_style elements action"),
        ["form"] = Component("name elements direction padding horizontal_spacing horizontal_align vertical_spacing vertical_align confirm"),
        ["interactive_container"] = Component("width height background_style has_border border_color corner_radius padding direction horizontal_spacing horizontal_align vertical_spacing vertical_align behaviors hover_tips disabled disabled_tips confirm elements"),
        ["collapsible_panel"] = Component("expanded background_color header border direction padding horizontal_spacing horizontal_align vertical_spacing vertical_align elements"),
        ["button"] = Component("text type size width icon hover_tips disabled disabled_tips confirm behaviors form_action_type name required url multi_url value"),
        ["input"] = Component("name placeholder default_value width max_length input_type show_icon rows auto_resize max_rows label label_position required disabled disabled_tips value behaviors confirm fallback"),
        ["overflow"] = Component("options width value behaviors confirm"),
        ["select_static"] = Component("name type placeholder initial_option initial_index options width required disabled behaviors confirm value"),
        ["multi_select_static"] = Component("name type placeholder selected_values options width required disabled behaviors confirm value"),
        ["select_person"] = Component("name type placeholder initial_option options width required disabled behaviors confirm value"),
        ["multi_select_person"] = Component("name type placeholder selected_values options width required disabled behaviors confirm value"),
        ["select_img"] = Component("name multi_select layout can_preview aspect_ratio options style required disabled disabled_tips behaviors confirm value"),
        ["date_picker"] = Component("name placeholder initial_date width value required disabled behaviors confirm"),
        ["picker_time"] = Component("name placeholder initial_time width value required disabled behaviors confirm"),
        ["picker_datetime"] = Component("name placeholder initial_datetime width value required disabled behaviors confirm"),
        ["checker"] = Component("name checked text overall_checkable button_area checked_style behaviors confirm hover_tips disabled disabled_tips padding"),
    }.ToFrozenDictionary();

    /// <summary>Enumerations, by tag (or part) and property.</summary>
    public static readonly FrozenDictionary<string, FrozenSet<string>> Enumerations = new Dictionary<string, FrozenSet<string>>
    {
        ["config.width_mode"] = Set("compact fill default"),
        ["header.template"] = Set("blue wathet turquoise green yellow orange red carmine violet purple indigo grey default"),
        ["button.type"] = Set("default primary danger text primary_text danger_text primary_filled danger_filled laser"),
        ["button.size"] = Set("tiny small medium large"),
        ["button.form_action_type"] = Set("submit reset"),
        ["behavior.type"] = Set("open_url callback form_action"),
        ["column_set.flex_mode"] = Set("none stretch flow bisect trisect"),
        ["panel_header.icon_position"] = Set("left right follow_text"),
        ["text_tag.color"] = Set("neutral blue turquoise lime orange violet indigo wathet green yellow red purple carmine"),
        ["text_align"] = Set("left center right"),
    }.ToFrozenDictionary();

    public static readonly FrozenSet<string> TextSizes = Set(
        "heading-0 heading-1 heading-2 heading-3 heading-4 heading normal notation xxxx-large xxx-large xx-large x-large large medium small x-small");

    public static readonly FrozenSet<string> Flags = Set(
        "update_multi enable_forward enable_forward_interaction use_custom_translation streaming_mode expanded disabled required checked has_border multi_select can_preview preview transparent");

    public static readonly FrozenSet<string> Texts = Set("content default_url pc_url ios_url android_url url element_id name type size template width_mode img_key text_size");

    public static readonly FrozenSet<string> FormFields = Set("input select_static multi_select_static select_person multi_select_person select_img date_picker picker_time picker_datetime checker");

    private static FrozenSet<string> Component(string own) => Set("element_id margin " + own);

    private static FrozenSet<string> Set(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}

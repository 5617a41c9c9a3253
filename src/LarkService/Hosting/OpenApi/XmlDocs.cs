using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LarkService.Hosting.OpenApi;

/// <summary>The comments of the code, as the compiler wrote them beside the binary. Where that file is missing, nobody is told anything.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    public XmlDocs(XDocument? file) => _members = file?.Root?.Element("members")?.Elements("member")
        .GroupBy(m => m.Attribute("name")?.Value ?? "", StringComparer.Ordinal)
        .ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal) ?? [];

    public static XmlDocs Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, typeof(XmlDocs).Assembly.GetName().Name + ".xml");
        return new(File.Exists(path) ? XDocument.Load(path) : null);
    }

    /// <returns>What a type is; null when nothing is said.</returns>
    public string? Of(Type type) => Text(Member(type)?.Element("summary"));

    /// <returns>What a property is; a record says it of its parameters.</returns>
    public string? Of(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        return Text(_members.GetValueOrDefault($"P:{Name(type)}.{property.Name}")?.Element("summary"))
            ?? Text(Member(type)?.Elements("param").FirstOrDefault(p => p.Attribute("name")?.Value == property.Name));
    }

    private XElement? Member(Type type) => _members.GetValueOrDefault("T:" + Name(type));

    private static string Name(Type type) => (type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var text = new StringBuilder();
        Write(element, text);
        return Blanks().Replace(text.ToString(), " ").Trim() is { Length: > 0 } words ? words : null;
    }

    private static void Write(XElement element, StringBuilder text)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText words:
                    text.Append(words.Value);
                    break;
                case XElement { Name.LocalName: "c" } code:
                    text.Append('`').Append(code.Value).Append('`');
                    break;
                case XElement { Name.LocalName: "see" or "paramref", FirstAttribute: { } to }:
                    text.Append(to.Value[(to.Value.LastIndexOfAny(['.', ':']) + 1)..]);
                    break;
                case XElement other:
                    Write(other, text);
                    break;
            }
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

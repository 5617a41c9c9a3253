using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace LarkService.Hosting.OpenApi;

/// <summary>
/// The OpenAPI document. It is made when somebody first asks for it, so that a start does not pay for it, and is the same from then on.
/// What routes tell by themselves (parameters, bodies, typed answers) is the framework's work; <see cref="DocumentBuilder"/> adds the rest.
/// </summary>
internal sealed class ApiDocument([FromKeyedServices(ApiDocument.Name)] IOpenApiDocumentProvider framework, DocumentBuilder builder) : IDisposable
{
    public const string Name = "v1";
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly SemaphoreSlim _making = new(1, 1);
    private (byte[] Text, EntityTagHeaderValue Tag)? _made;

    public async Task<(byte[] Text, EntityTagHeaderValue Tag)> GetAsync(CancellationToken ct)
    {
        await _making.WaitAsync(ct);
        try
        {
            return _made ??= await MakeAsync(ct);
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();

    private async Task<(byte[] Text, EntityTagHeaderValue Tag)> MakeAsync(CancellationToken ct)
    {
        var known = await framework.GetOpenApiDocumentAsync(ct);
        var json = JsonNode.Parse(await known.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, ct))!.AsObject();
        var text = JsonSerializer.SerializeToUtf8Bytes(builder.Build(json), Json);
        return (text, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 16))}\""));
    }
}

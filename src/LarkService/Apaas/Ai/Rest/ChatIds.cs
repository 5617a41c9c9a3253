using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LarkService.OnBehalfOf.Idempotency;
using LarkService.Platform;
using LarkService.Platform.Http;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Names new questions and conversations: at random, or after the request's <c>Idempotency-Key</c>, so that a repeated request finds its own question.</summary>
internal static class ChatIds
{
    public static string Conversation(HttpContext http, ChatRequest request) => "conv_" + Id("conversation", http, request);

    public static string Turn(HttpContext http, ChatRequest request) => Id("turn", http, request);

    private static string Id(string what, HttpContext http, ChatRequest request)
    {
        if (http.Request.Headers[KeyedHttp.Header] is not [{ Length: > 0 } key])
        {
            return RandomIds.Create(128);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (string?[])[what, http.User.CallerId(), key, request.AppId, request.OpenId, request.ConversationId, request.Message])
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? "");
            hash.AppendData(BitConverter.GetBytes(bytes.Length)); // so that nothing can move from one part into the next
            hash.AppendData(bytes);
        }

        return Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, 16));
    }
}

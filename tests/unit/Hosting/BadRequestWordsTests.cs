using LarkService.Hosting;
using Microsoft.AspNetCore.Http;

namespace LarkService.UnitTests.Hosting;

public sealed class BadRequestWordsTests
{
    [Theory]
    [InlineData("Required parameter \"NewApiKey wanted\" was not provided from body.", "The body is missing: this route takes JSON.")]
    [InlineData("Implicit body inferred for parameter \"wanted\" but no body was provided. Did you mean to use a Service instead?", "The body is missing: this route takes JSON.")]
    [InlineData("Required parameter \"string openId\" was not provided from query string.", "openId is missing.")]
    [InlineData("Failed to bind parameter \"int limit\" from \"many\".", "limit is 'many', which does not read as what it should be.")]
    [InlineData("Failed to bind parameter \"Nullable<int> wait\" from \"a \"b\" c\".", "wait is 'a \"b\" c', which does not read as what it should be.")]
    [InlineData("Expected a supported JSON media type but got \"text/plain\".", "The body must be JSON: send 'Content-Type: application/json'.")]
    [InlineData("Unexpected end of request content.", "The request could not be read: it was cut short, or breaks the rules of HTTP.")]
    public void The_sender_reads_what_to_mend_and_nothing_of_our_types(string framework, string words) => Assert.Equal(words, BadRequestWords.Of(new BadHttpRequestException(framework)));
}

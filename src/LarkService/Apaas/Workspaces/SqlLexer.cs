namespace LarkService.Apaas.Workspaces;

/// <summary>A piece of SQL, as far as it matters to where a statement ends.</summary>
internal enum SqlToken
{
    End,
    Semicolon,

    /// <summary>A string, in whatever quotes.</summary>
    Text,

    /// <summary>A name, a number, an operator.</summary>
    Other,

    /// <summary>The text ends inside something; <see cref="SqlLexer.Unclosed"/> says what.</summary>
    Unclosed,
}

/// <summary>
/// Takes SQL apart as PostgreSQL does (manual, 4.1; <c>standard_conforming_strings</c> on): what looks like a semicolon or a quote inside
/// a string, a quoted name or a comment is none. White space and comments are passed over.
/// </summary>
internal ref struct SqlLexer(ReadOnlySpan<char> sql)
{
    private readonly ReadOnlySpan<char> _sql = sql;
    private int _at;

    /// <summary>What was not closed, in words.</summary>
    public string? Unclosed { get; private set; }

    public SqlToken Next()
    {
        while (_at < _sql.Length)
        {
            if (IsBlank(_sql[_at]))
            {
                _at++;
            }
            else if (Comes("--"))
            {
                SkipLine();
            }
            else if (!Comes("/*"))
            {
                return Token();
            }
            else if (!SkipComment())
            {
                return NotClosed("a comment");
            }
        }

        return SqlToken.End;
    }

    private SqlToken Token()
    {
        switch (_sql[_at])
        {
            case ';':
                _at++;
                return SqlToken.Semicolon;
            case '\'':
                return Text(escapes: false);
            case '"':
                _at++;
                return SkipPast('"', escapes: false) ? SqlToken.Other : NotClosed("a quoted name");
            case '$':
                return Dollar();
            case var c when IsNameStart(c):
                return Name();
            default:
                _at++;
                return SqlToken.Other;
        }
    }

    // E'…' is a string with escapes only where the E stands by itself: in type'…' it is part of a name.
    private SqlToken Name()
    {
        var from = _at;
        while (_at < _sql.Length && (IsNameStart(_sql[_at]) || char.IsAsciiDigit(_sql[_at]) || _sql[_at] == '$'))
        {
            _at++;
        }

        return _at - from == 1 && _sql[from] is 'e' or 'E' && _at < _sql.Length && _sql[_at] == '\'' ? Text(escapes: true) : SqlToken.Other;
    }

    private SqlToken Text(bool escapes)
    {
        do
        {
            _at++; // its first quote
            if (!SkipPast('\'', escapes))
            {
                return NotClosed("a string");
            }
        }
        while (GoesOnBelow());
        return SqlToken.Text;
    }

    /// <summary>A string goes on, with or without escapes as it began, when nothing but a line's end and blanks stands before the next quote.</summary>
    private bool GoesOnBelow()
    {
        var (back, below) = (_at, false);
        while (_at < _sql.Length && (IsBlank(_sql[_at]) || Comes("--")))
        {
            if (_sql[_at] == '-')
            {
                SkipLine();
            }
            else
            {
                below |= _sql[_at++] is '\n' or '\r';
            }
        }

        if (below && _at < _sql.Length && _sql[_at] == '\'')
        {
            return true;
        }

        _at = back;
        return false;
    }

    /// <summary>Past the closing quote; a doubled one closes nothing.</summary>
    private bool SkipPast(char quote, bool escapes)
    {
        while (_at < _sql.Length)
        {
            var c = _sql[_at++];
            if (escapes && c == '\\')
            {
                _at = Math.Min(_at + 1, _sql.Length);
            }
            else if (c == quote)
            {
                if (_at == _sql.Length || _sql[_at] != quote)
                {
                    return true;
                }

                _at++;
            }
        }

        return false;
    }

    /// <summary><c>$1</c>, or a string between <c>$tag$</c> and the same again.</summary>
    private SqlToken Dollar()
    {
        var end = _at + 1;
        if (end < _sql.Length && IsNameStart(_sql[end]))
        {
            while (end < _sql.Length && (IsNameStart(_sql[end]) || char.IsAsciiDigit(_sql[end])))
            {
                end++;
            }
        }

        if (end == _sql.Length || _sql[end] != '$')
        {
            _at++;
            return SqlToken.Other;
        }

        var mark = _sql[_at..(end + 1)];
        var length = _sql[(end + 1)..].IndexOf(mark);
        if (length < 0)
        {
            return NotClosed("a dollar-quoted string");
        }

        _at = end + 1 + length + mark.Length;
        return SqlToken.Text;
    }

    private void SkipLine()
    {
        var end = _sql[_at..].IndexOfAny('\n', '\r');
        _at = end < 0 ? _sql.Length : _at + end;
    }

    /// <summary>Comments hold comments.</summary>
    private bool SkipComment()
    {
        var depth = 0;
        while (_at < _sql.Length)
        {
            if (Comes("/*"))
            {
                depth++;
                _at += 2;
            }
            else if (Comes("*/"))
            {
                _at += 2;
                if (--depth == 0)
                {
                    return true;
                }
            }
            else
            {
                _at++;
            }
        }

        return false;
    }

    private SqlToken NotClosed(string what)
    {
        Unclosed = what;
        _at = _sql.Length;
        return SqlToken.Unclosed;
    }

    private readonly bool Comes(string what) => _sql[_at..].StartsWith(what, StringComparison.Ordinal);

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f' or '\v';

    // To PostgreSQL every character beyond ASCII is a letter, a no-break space as well.
    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c is '_' or >= '\u0080';
}

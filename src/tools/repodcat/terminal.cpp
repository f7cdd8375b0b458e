// SPDX-License-Identifier: MIT
#include "repodcat/terminal.h"

#include <QtCore/qglobal.h>

#ifdef Q_OS_WIN
#    include <io.h>
#else
#    include <sys/ioctl.h>
#    include <unistd.h>
#endif

namespace {

constexpr const char *reset = "\033[0m";
constexpr const char *keyColor = "\033[36m";
constexpr const char *stringColor = "\033[32m";
constexpr const char *noteColor = "\033[2m";
constexpr const char *errorColor = "\033[31m";

bool isTerminal(std::FILE *stream)
{
#ifdef Q_OS_WIN
    return _isatty(_fileno(stream));
#else
    return isatty(fileno(stream));
#endif
}

bool isColored(Colors colors, std::FILE *stream)
{
    if (colors != Colors::Auto)
        return colors == Colors::Always;
    return isTerminal(stream) && qEnvironmentVariableIsEmpty("NO_COLOR")
        && qgetenv("TERM") != "dumb";
}

//! Returns the end of the string that begins at \a begin of \a json: after its closing quote.
qsizetype endOfString(const QByteArray &json, qsizetype begin)
{
    qsizetype end = begin + 1;
    while (end < json.size() && json[end] != '"')
        end += json[end] == '\\' ? 2 : 1;
    return qMin(end + 1, json.size());
}

QByteArray colored(const QByteArray &json)
{
    QByteArray result;
    for (qsizetype i = 0; i < json.size();) {
        if (json[i] != '"') {
            result += json[i++];
            continue;
        }
        const qsizetype end = endOfString(json, i);
        const bool isKey = end < json.size() && json[end] == ':';
        result += (isKey ? keyColor : stringColor) + json.sliced(i, end - i) + reset;
        i = end;
    }
    return result;
}

void printError(const QString &text, const char *color)
{
    const QByteArray line = "repodcat: " + text.toUtf8();
    std::fprintf(stderr, "%s%s%s\n", color ? color : "", line.constData(), color ? reset : "");
}

} // namespace

Terminal::Terminal(Colors colors, bool isQuiet)
    : m_isQuiet(isQuiet)
    , m_hasBar(isTerminal(stderr) && !isQuiet)
    , m_showsTables(isTerminal(stdout))
    , m_colorsOutput(isColored(colors, stdout))
    , m_colorsErrors(isColored(colors, stderr))
{
}

bool Terminal::print(const QByteArray &text)
{
    const auto size = size_t(text.size());
    return std::fwrite(text.constData(), 1, size, stdout) == size && std::fflush(stdout) == 0;
}

bool Terminal::printMessage(const QByteArray &json)
{
    return print((m_colorsOutput ? colored(json) : json) + '\n');
}

QSize Terminal::size() const
{
#ifdef TIOCGWINSZ
    winsize size{};
    if (ioctl(fileno(stdout), TIOCGWINSZ, &size) == 0 && size.ws_row > 2 && size.ws_col > 2)
        return {size.ws_col, size.ws_row};
#endif
    return {80, 24};
}

bool Terminal::showTable(const QByteArray &lines)
{
    QByteArray text;
    if (m_shownLines > 0)
        text = "\033[" + QByteArray::number(m_shownLines) + "A\033[J"; // move up, and clear below
    m_shownLines = lines.count('\n');
    return print(text + lines);
}

void Terminal::note(const QString &text)
{
    if (!m_isQuiet)
        printError(text, m_colorsErrors ? noteColor : nullptr);
}

void Terminal::error(const QString &text)
{
    clearProgress();
    printError(text, m_colorsErrors ? errorColor : nullptr);
}

void Terminal::progress(qint64 done, qint64 total)
{
    constexpr int width = 40;
    const int percent = int(done * 100 / total);
    if (!m_hasBar || percent == m_shownPercent)
        return;
    m_shownPercent = percent;
    const int filled = percent * width / 100;
    const QByteArray bar = QByteArray(filled, '#') + QByteArray(width - filled, '.');
    std::fprintf(stderr, "\r[%s] %3d %%", bar.constData(), percent);
    std::fflush(stderr);
}

void Terminal::clearProgress()
{
    if (m_shownPercent >= 0)
        std::fprintf(stderr, "\r\033[K");
    m_shownPercent = -1;
}

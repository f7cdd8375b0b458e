// SPDX-License-Identifier: MIT
#include "protocol/text.h"

#include <QtCore/qlist.h>
#include <QtCore/qstringconverter.h>

#include <algorithm>
#include <cstring>

namespace QRepod {

namespace {

constexpr QByteArrayView byteOrderMark("\xef\xbb\xbf", 3);

template <class Word>
Word word(const char *bytes)
{
    Word result;
    memcpy(&result, bytes, sizeof result);
    return result;
}

//! Most text of a game is ASCII and short: this decides it without a call.
bool isAscii(QByteArrayView text)
{
    const char *const begin = text.data();
    const qsizetype size = text.size();
    // The last word overlaps the one before it, so that no bytes remain.
    if (size >= qsizetype(sizeof(quint64))) {
        auto bits = word<quint64>(begin + size - sizeof(quint64));
        for (qsizetype i = 0; i < size - qsizetype(sizeof(quint64)); i += sizeof(quint64))
            bits |= word<quint64>(begin + i);
        return (bits & 0x8080'8080'8080'8080) == 0;
    }
    if (size >= qsizetype(sizeof(quint32))) {
        const quint32 bits = word<quint32>(begin) | word<quint32>(begin + size - sizeof(quint32));
        return (bits & 0x8080'8080) == 0;
    }
    return std::all_of(text.begin(), text.end(), [](char c) { return uchar(c) < 0x80; });
}

} // namespace

bool isUtf8(QByteArrayView text)
{
    if (isAscii(text))
        return true;
#if QT_VERSION >= QT_VERSION_CHECK(6, 3, 0)
    return text.isValidUtf8();
#else
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString decoded = decoder(text);
    return !decoder.hasError();
#endif
}

QString textFromUtf8(QByteArrayView text)
{
    if (isAscii(text))
        return QString::fromLatin1(text);
    const QString decoded = QString::fromUtf8(text); // drops one byte order mark of several
    return text.startsWith(byteOrderMark) ? QChar(QChar::ByteOrderMark) + decoded : decoded;
}

QString shownText(QByteArrayView text)
{
    constexpr qsizetype mostShown = 64; // bytes; the text may have megabytes
    QString shown;
    const QList<uint> characters =
        textFromUtf8(text.first(std::min(text.size(), mostShown))).toUcs4();
    for (const uint character : characters) {
        if (QChar::isPrint(character))
            shown += QChar::fromUcs4(character);
        else
            shown += QStringLiteral("\\u{%1}").arg(character, 0, 16);
    }
    return shown;
}

} // namespace QRepod

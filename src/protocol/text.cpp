// SPDX-License-Identifier: MIT
#include "protocol/text.h"

#include <QtCore/qstringconverter.h>

#include <algorithm>

namespace QRepod {

namespace {

constexpr QByteArrayView byteOrderMark("\xef\xbb\xbf", 3);

//! Most text of a game is, and short: settled here, without a call.
bool isAscii(QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<signed char>(c) >= 0; });
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
    const QString decoded = QString::fromUtf8(text); // drops one mark, however many there are
    return text.startsWith(byteOrderMark) ? QChar(QChar::ByteOrderMark) + decoded : decoded;
}

} // namespace QRepod

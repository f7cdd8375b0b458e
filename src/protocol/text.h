// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

#include <algorithm>
#include <functional>

namespace QRepod {

//! Returns whether \a text is well-formed UTF-8.
bool isUtf8(QByteArrayView text);

//! Converts \a text unchanged: unlike with QString::fromUtf8(), a leading byte order mark stays.
QString textFromUtf8(QByteArrayView text);

//! Returns the beginning of a peer's \a text for a log or an error, without the characters that
//! move the cursor, begin a line or reverse text and so could fool a reader on a terminal.
QString shownText(QByteArrayView text);

//! Compares the bytes of two short texts, such as keys and actions. A call of memcmp() takes longer
//! than the comparison, and a message has a dozen of them.
inline bool isSameText(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), std::equal_to<>());
}

} // namespace QRepod

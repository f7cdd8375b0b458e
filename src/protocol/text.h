// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

#include <algorithm>
#include <functional>

namespace QRepod {

//! Whether \a text is well-formed UTF-8.
bool isUtf8(QByteArrayView text);

//! \a text as it is: unlike QString::fromUtf8(), a leading byte order mark stays.
QString textFromUtf8(QByteArrayView text);

//! The beginning of a peer's \a text, for a log or an error: whoever reads it on a terminal must
//! not be fooled by characters that move the cursor, begin a line or turn the text around.
QString shownText(QByteArrayView text);

//! Whether two short texts, as keys and actions are, have the same bytes. Without a call of
//! memcmp(), which takes longer than the comparison: a message has a dozen of them.
inline bool isSameText(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), std::equal_to<>());
}

} // namespace QRepod

// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! Whether \a text is well-formed UTF-8.
bool isUtf8(QByteArrayView text);

//! \a text as it is: unlike QString::fromUtf8(), a leading byte order mark stays.
QString textFromUtf8(QByteArrayView text);

} // namespace QRepod

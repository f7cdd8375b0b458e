// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qmetatype.h>

namespace QRepod {

//! A MessagePack extension value that has no Qt counterpart.
///
/// Extension type -1 is MessagePack's timestamp and arrives as a QDateTime. Every other type, and a
/// timestamp that no QDateTime can hold, arrives as an Extension with its bytes unchanged. Sending
/// one writes the same bytes.
struct Extension
{
    qint8 type = 0;  ///< application types are 0 to 127; MessagePack reserves -128 to -1
    QByteArray data; ///< the payload, without type and length

    friend bool operator==(const Extension &a, const Extension &b)
    {
        return a.type == b.type && a.data == b.data;
    }
    friend bool operator!=(const Extension &a, const Extension &b) { return !(a == b); }
};

} // namespace QRepod

Q_DECLARE_METATYPE(QRepod::Extension)

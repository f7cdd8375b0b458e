// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! What one node of a cluster tells the others about something that it shares in a room.
struct StateNews
{
    QString name;       ///< by which it is shared
    bool isEnd = false; ///< it is no longer shared
    quint64 since = 0;  ///< when the node began to share it; if two nodes do, the later one counts
    quint64 number = 0; ///< of the change; a whole state has the number of the latest change in it
    QByteArray frame;   ///< the fields of the `_state` message, with a header
};

} // namespace QRepod

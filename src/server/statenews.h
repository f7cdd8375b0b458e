// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! What one node of a cluster tells the others of something that it shares in a room.
struct StateNews
{
    QString name;       ///< it is shared by
    bool isEnd = false; ///< it is not shared any more
    quint64 since = 0;  ///< when the node began to share it: of two that do, the later one counts
    quint64 number = 0; ///< of the change; the whole has that of the latest change in it
    QByteArray frame;   ///< the fields of the message of the action `_state`, with a header
};

} // namespace QRepod

// SPDX-License-Identifier: MIT
#include "message.h"

#include <QRepod/Protocol>

const QVariantMap &moveMessage()
{
    static const QVariantMap message = {
        {"action", "move"}, {"id", 7}, {"x", 10.5}, {"y", 20.25}, {"name", "alice"},
    };
    return message;
}

const QByteArray &moveFrame()
{
    static const QByteArray frame = QRepod::encode(moveMessage());
    return frame;
}

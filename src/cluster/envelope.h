// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/sendmode.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include <optional>

namespace QRepod {

//! One thing that a node tells others.
struct Item
{
    enum class Kind : quint8 {
        Room,       ///< `data` is a frame for the room `name`; for everyone if that is empty
        User,       ///< `data` is a frame for the user `name`
        Hello,      ///< asks each receiver who its users are
        Here,       ///< the sender is still there
        UsersBegin, ///< all of the sender's users follow…
        UserIn,     ///< the user `name`; `data` is what is known about it
        UserOut,    ///< the user `name`
        UsersEnd,   ///< …and users that did not follow are gone
        Bye,        ///< the sender leaves

        // About what the sender shares in the room `name`.
        StateAsk,    ///< asks each receiver what it shares there
        StatesBegin, ///< everything follows…
        State,       ///< `action` is shared; `data` is a frame with all of it, or change `number`
        StatesEnd,   ///< …and what did not follow is not shared
        StateOver,   ///< `action` is no longer shared
    };

    Kind kind;
    QString name;
    QString action; ///< the action of a frame
    QByteArray data;
    quint64 time = 0;                   ///< of a login; or since when something is shared
    SendMode mode = SendMode::Reliable; ///< for a room's frame
    quint64 number = 0;                 ///< of a change of shared state
};

//! What is sent to a topic at once: all that a node says there in one turn of its event loop.
struct Envelope
{
    QString node;
    quint64 epoch = 0;  ///< new each time that a node joins
    quint64 number = 0; ///< counts from 1 for each topic
    QList<Item> items;
};

QByteArray encodeEnvelope(const Envelope &envelope);

//! Returns nothing if \a bytes are not an envelope.
std::optional<Envelope> decodeEnvelope(const QByteArray &bytes);

//! Returns whether \a bytes are one frame with its header. The receiver checks what is in it.
bool isFrame(const QByteArray &bytes);

} // namespace QRepod

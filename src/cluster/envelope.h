// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/sendmode.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include <optional>

namespace QRepod {

//! One thing that a node says to others.
struct Item
{
    enum class Kind : quint8 {
        Room,       ///< `data`, a frame, is for the room `name`; everyone, if that is empty
        User,       ///< `data`, a frame, is for the user `name`
        Hello,      ///< whoever gets this is to say who its users are
        Here,       ///< the sender is still there
        UsersBegin, ///< all of the sender's users follow…
        UserIn,     ///< `name`; `data`: what is known of it
        UserOut,    ///< `name`
        UsersEnd,   ///< …and those that did not are gone
        Bye,        ///< the sender leaves

        // Of what the sender shares in the room `name`.
        StateAsk,    ///< whoever gets this is to say what it shares there
        StatesBegin, ///< everything follows…
        State,       ///< `action` is shared; `data`, a frame, tells of it or of change `number`
        StatesEnd,   ///< …and what did not is not shared
        StateOver,   ///< `action` is not shared any more
    };

    Kind kind;
    QString name;
    QString action; ///< of a frame
    QByteArray data;
    quint64 time = 0;                   ///< of a login; since when something is shared
    SendMode mode = SendMode::Reliable; ///< of a room's frame
    quint64 number = 0;                 ///< of a change to what is shared
};

//! What goes over a topic at once: what a node has to say there in one turn of its event loop.
struct Envelope
{
    QString node;
    quint64 epoch = 0;  ///< another for each time that a node joins
    quint64 number = 0; ///< 1, 2, 3… for each topic
    QList<Item> items;
};

QByteArray encodeEnvelope(const Envelope &envelope);

//! Nothing, if \a bytes are no envelope.
std::optional<Envelope> decodeEnvelope(const QByteArray &bytes);

//! Whether \a bytes are one frame with its header. What is in it is checked by who gets it.
bool isFrame(const QByteArray &bytes);

} // namespace QRepod

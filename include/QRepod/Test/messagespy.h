// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class Channel;
class ConnectionListener;
class MessageSpyPrivate;
class Room;

//! Writes down the messages that a listener, a channel or a room delivers: a QSignalSpy for an
//! action.
///
/// It sees a message after the handlers have, whether or not there is a handler; of a listener also
/// built-in messages such as `connected` and `error`. It belongs to the thread of the listener,
/// which it may outlive. Channel and room may work in a thread of their own.
///
/// \code
/// QRepod::MessageSpy scores(&client, "score");
/// server.sendToAll({{"action", "score"}, {"points", 3}});
/// QVERIFY(scores.wait());
/// QCOMPARE(scores.takeFirst()["points"], 3);
/// \endcode
class QREPOD_TEST_EXPORT MessageSpy
{
    Q_DISABLE_COPY_MOVE(MessageSpy)

public:
    //! Spies on the messages of \a listener with this \a action, or on all if \a action is empty.
    explicit MessageSpy(ConnectionListener *listener, const QString &action = {});

    //! The same for what one client sends to a server.
    explicit MessageSpy(Channel *channel, const QString &action = {});

    //! The same for what the clients in a room send, while they are in it.
    explicit MessageSpy(Room *room, const QString &action = {});
    ~MessageSpy();

    //! The action given to the constructor.
    QString action() const;

    int count() const;
    bool isEmpty() const { return count() == 0; }

    //! The message number \a index, from 0 and in order of delivery; empty if there is none.
    QVariantMap at(int index) const;

    //! All messages, in order of delivery.
    QList<QVariantMap> messages() const;

    //! Removes the first message and returns it; empty if there is none.
    QVariantMap takeFirst();

    void clear();

    //! Pumps the listener, if it is one, and runs the event loop until a further message comes, or
    //! for \a timeout milliseconds.
    ///
    /// As with QSignalSpy, a message that came before does not count; waitForCount() counts it.
    /// \return whether one has come.
    bool wait(int timeout = 5000);

    //! The same until there are at least \a count messages.
    ///
    /// \return whether there are.
    bool waitForCount(int count, int timeout = 5000);

private:
    std::unique_ptr<MessageSpyPrivate> d;
};

} // namespace QRepod

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

//! Records the messages that a listener, a channel or a room delivers, like a QSignalSpy for an
//! action.
///
/// It sees each message after the handlers, and also if there is no handler. From a listener it
/// also sees built-in messages such as `connected` and `error`. It belongs to the listener's
/// thread, and may outlive the listener. A channel or room may work in another thread.
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

    //! Spies on what one client sends to a server.
    explicit MessageSpy(Channel *channel, const QString &action = {});

    //! Spies on what the clients in a room send while they are in it.
    explicit MessageSpy(Room *room, const QString &action = {});
    ~MessageSpy();

    //! The action passed to the constructor.
    QString action() const;

    int count() const;
    bool isEmpty() const { return count() == 0; }

    //! The message at \a index, from 0 and in order of delivery; empty if there is none.
    QVariantMap at(int index) const;

    //! All messages, in order of delivery.
    QList<QVariantMap> messages() const;

    //! Removes the first message and returns it; empty if there is none.
    QVariantMap takeFirst();

    void clear();

    //! Pumps the listener, if there is one, and runs the event loop until another message comes, or
    //! for \a timeout milliseconds.
    ///
    /// As with QSignalSpy, a message that came before does not count; waitForCount() counts it.
    /// \return whether a message came.
    bool wait(int timeout = 5000);

    //! Waits in the same way until there are at least \a count messages.
    ///
    /// \return whether there are.
    bool waitForCount(int count, int timeout = 5000);

private:
    std::unique_ptr<MessageSpyPrivate> d;
};

} // namespace QRepod

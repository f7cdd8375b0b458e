// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class ConnectionListener;
class MessageSpyPrivate;

//! Writes down the messages that a listener delivers: a QSignalSpy for an action.
///
/// It sees a message after the listener's handlers have, whether or not there is a handler, and
/// built-in messages such as `connected` and `error` like any other. It belongs to the thread of
/// the listener, which it may outlive.
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

    //! Pumps the listener until a further message comes, or for \a timeout milliseconds.
    ///
    /// As with QSignalSpy, a message that came before does not count; waitForCount() counts it.
    /// \return whether one has come.
    bool wait(int timeout = 5000);

    //! Pumps the listener until there are at least \a count messages, or for \a timeout
    //! milliseconds.
    ///
    /// \return whether there are.
    bool waitForCount(int count, int timeout = 5000);

private:
    std::unique_ptr<MessageSpyPrivate> d;
};

} // namespace QRepod

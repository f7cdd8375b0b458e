// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qlist.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qvariant.h>

#include <functional>
#include <memory>

namespace QRepod {

class ConnectionListener;
class TestServerPrivate;

//! A server for tests: it listens when it is constructed, records what it gets and sends what the
//! test says.
///
/// It works on its own thread, so it accepts, answers and records while the test loops over pump()
/// or does not return to an event loop. When a function returns, its effect is complete: every
/// client whose `connected` has been delivered counts as connected, and what was sent has been
/// handed to the network. Functions may be called from any thread, except those that wait: they run
/// the event loop and belong to the test's thread. A QCoreApplication must exist.
///
/// Clients are numbered from 0 in the order in which they connect; a number is not reused.
///
/// \code
/// QRepod::TestServer server;
/// server.onMessage("login", {{"action", "welcome"}});
/// client.connect("127.0.0.1", server.port());
/// QVERIFY(QRepod::MessageSpy(&client, "welcome").wait());
/// QCOMPARE(server.waitForMessage("login")["name"], "alice");
/// \endcode
class QREPOD_TEST_EXPORT TestServer
{
    Q_DISABLE_COPY_MOVE(TestServer)

public:
    //! Returns the answer to a message; an empty map means no answer. See onMessage().
    using Reply = std::function<QVariantMap(const QVariantMap &message)>;

    //! Returns the answer to a request. See onRequest().
    using Result = std::function<QVariant(const QVariantMap &message)>;

    //! Listens on a free port of 127.0.0.1. If there is none, the program ends.
    TestServer();

    //! Disconnects all clients.
    ~TestServer();

    quint16 port() const;

    //! Whether the server greets a client with the message `connected`, as repod does. Default:
    //! true.
    bool isGreeting() const;
    void setGreeting(bool enabled);

    /// \name Clients
    /// @{

    //! How many clients are connected now.
    int clientCount() const;

    //! How many clients have ever connected. The latest has the number `connectionCount() - 1`.
    int connectionCount() const;

    //! Waits until exactly \a count clients are connected, at most \a timeout milliseconds.
    ///
    /// \return whether they are.
    bool waitForClients(int count, int timeout = 5000);

    //! Closes all connections, after what was sent has been written.
    void disconnectAll();
    /// @}

    /// \name Sending
    /// @{

    //! Sends \a message to every client. If it cannot be encoded, nothing is sent, with a warning.
    void sendToAll(const QVariantMap &message);

    //! Sends \a message to one client.
    ///
    /// \return false, and sends nothing, if that client is not connected or the message cannot be
    ///         encoded.
    bool sendTo(int client, const QVariantMap &message);

    //! Sends \a bytes unchanged to every client: broken frames, half frames, a heartbeat.
    void sendRaw(const QByteArray &bytes);

    //! Answers every message with \a action, from now on, by sending \a reply to its client.
    ///
    /// It replaces an earlier answer to the same action; an empty \a reply removes it.
    void onMessage(const QString &action, const QVariantMap &reply);

    //! Answers with what \a reply returns for the message.
    ///
    /// \a reply runs on the server's thread: it may call the functions of this class, but what it
    /// shares with the test needs a lock. The message has already been recorded.
    void onMessage(const QString &action, Reply reply);

    //! Answers every request with \a action, from now on, with \a result. A message with \a action
    //! that is not a request gets no answer.
    ///
    /// This replaces onMessage() for the same action, and vice versa.
    void onRequest(const QString &action, const QVariant &result);
    void onRequest(const QString &action, const QVariantMap &result);

    //! Answers with what \a result returns for the message, or refuses with a RequestError that it
    //! throws. \a result runs on the server's thread, as with onMessage().
    void onRequest(const QString &action, Result result);
    /// @}

    /// \name What has been received
    /// @{

    //! The messages with this \a action, or all if it is empty, in order of arrival.
    QList<QVariantMap> received(const QString &action = {}) const;

    //! The messages from one client, selected in the same way.
    QList<QVariantMap> receivedFrom(int client, const QString &action = {}) const;

    //! Returns the next message with this \a action, and waits up to \a timeout milliseconds for
    //! it.
    ///
    /// "Next" is the first message that no earlier call has returned. A message that has already
    /// arrived is returned at once; one call per message returns them in order.
    ///
    /// \return the message; an empty map if none came.
    QVariantMap waitForMessage(const QString &action, int timeout = 5000);

    //! Also pumps \a listener in the waiting functions, so that its handlers can send what the test
    //! waits for.
    ///
    /// Needed only without autoPump. \a listener must live in the thread that waits, and may be
    /// deleted.
    void pumpWhileWaiting(ConnectionListener *listener);

    //! The protocol errors of clients, in order; each client was disconnected for it.
    QStringList errors() const;

    //! Forgets all messages and errors so far.
    void clear();
    /// @}

private:
    std::unique_ptr<TestServerPrivate> d;
};

} // namespace QRepod

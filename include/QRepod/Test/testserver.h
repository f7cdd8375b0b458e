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

//! A server for tests: it listens when it is built, writes down what it gets and sends what the
//! test says.
///
/// It works on a thread of its own, so that it accepts, answers and records while the test is busy
/// in a loop of pump() or does not return to an event loop. What it has done is settled when a
/// function returns: every client whose `connected` has been delivered counts as connected, and
/// what was sent has been given to the network. All functions but the waiting ones may be called
/// from any thread; those run the event loop and belong to the test's. A QCoreApplication must
/// exist.
///
/// Clients are numbered from 0 in the order in which they connect; a number is not used again.
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
    //! The answer to a message; an empty map is none. See onMessage().
    using Reply = std::function<QVariantMap(const QVariantMap &message)>;

    //! The answer to a request. See onRequest().
    using Result = std::function<QVariant(const QVariantMap &message)>;

    //! Listens on a free port of 127.0.0.1. A machine that has none ends the program.
    TestServer();

    //! Disconnects all clients.
    ~TestServer();

    quint16 port() const;

    //! Whether a client is greeted with the message `connected`, as repod greets it. Default: true.
    bool isGreeting() const;
    void setGreeting(bool enabled);

    /// \name Clients
    /// @{

    //! How many are connected now.
    int clientCount() const;

    //! How many have ever connected. The latest has the number `connectionCount() - 1`.
    int connectionCount() const;

    //! Waits until exactly \a count clients are connected, for \a timeout milliseconds at most.
    ///
    /// \return whether they are.
    bool waitForClients(int count, int timeout = 5000);

    //! Closes all connections, after what was sent has been written.
    void disconnectAll();
    /// @}

    /// \name Sending
    /// @{

    //! Sends \a message to every client. One that cannot be encoded is not sent, with a warning.
    void sendToAll(const QVariantMap &message);

    //! Sends \a message to one client.
    ///
    /// \return false, and nothing is sent, if that client is not connected or the message cannot be
    ///         encoded.
    bool sendTo(int client, const QVariantMap &message);

    //! Sends \a bytes as they are to every client: broken frames, half frames, a heartbeat.
    void sendRaw(const QByteArray &bytes);

    //! Answers every message with \a action, from now on, by sending \a reply to its client.
    ///
    /// An answer given for the same action before is replaced; an empty \a reply removes it.
    void onMessage(const QString &action, const QVariantMap &reply);

    //! The same with an answer that \a reply makes of the message.
    ///
    /// It runs on the server's thread: it may call the functions of this class, but what it shares
    /// with the test needs a lock. The message has been recorded before.
    void onMessage(const QString &action, Reply reply);

    //! Answers every request with \a action, from now on, with \a result. A message with \a action
    //! that is no request gets no answer.
    ///
    /// It takes the place of onMessage() for the same action, and the other way round.
    void onRequest(const QString &action, const QVariant &result);
    void onRequest(const QString &action, const QVariantMap &result);

    //! The same with a result that \a result makes of the message, or the refusal of a RequestError
    //! that it throws. It runs on the server's thread, as with onMessage().
    void onRequest(const QString &action, Result result);
    /// @}

    /// \name What has been received
    /// @{

    //! The messages with this \a action, or all if it is empty, in order of arrival.
    QList<QVariantMap> received(const QString &action = {}) const;

    //! The same from one client alone.
    QList<QVariantMap> receivedFrom(int client, const QString &action = {}) const;

    //! The next message with this \a action, waiting up to \a timeout milliseconds for it.
    ///
    /// "Next" is the first that no earlier call has returned: a message that has arrived already is
    /// returned at once, and one call for each message gives them in order.
    ///
    /// \return the message; an empty map if none has come.
    QVariantMap waitForMessage(const QString &action, int timeout = 5000);

    //! Pumps \a listener in the waiting functions, too, so that its handlers can send what is
    //! waited for.
    ///
    /// Needed only without autoPump. It must live in the thread that waits, and may be deleted.
    void pumpWhileWaiting(ConnectionListener *listener);

    //! What clients did against the protocol, in order; each was disconnected for it.
    QStringList errors() const;

    //! Forgets the messages and errors so far.
    void clear();
    /// @}

private:
    std::unique_ptr<TestServerPrivate> d;
};

} // namespace QRepod

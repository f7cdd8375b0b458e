// SPDX-License-Identifier: MIT

//! Server and Channel as a game uses them, with clients that do byte by byte what a test says.
///
/// Unless a test says otherwise, server and clients share the event loop of the test's thread.

#include "support/eventually.h"
#include "support/messages.h"

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/qdir.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qendian.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qpointer.h>
#include <QtCore/qset.h>
#include <QtCore/qthread.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

using QRepod::Channel;
using QRepod::Server;

namespace {

const QString local = u"127.0.0.1"_s;

QByteArray frame(const QByteArray &payload)
{
    QByteArray header(4, '\0');
    qToBigEndian(quint32(payload.size()), header.data());
    return header + payload;
}

QByteArray hex(const char *digits)
{
    return QByteArray::fromHex(digits);
}

//! A client that knows frames, but no rules.
class RawClient
{
public:
    //! Connects; the server need not have accepted it when this returns.
    explicit RawClient(quint16 port)
    {
        m_socket.connectToHost(QHostAddress::LocalHost, port);
        if (!m_socket.waitForConnected(patience))
            qFatal("a client of the test cannot connect: %s", qPrintable(m_socket.errorString()));
        m_address = u"127.0.0.1:%1"_s.arg(m_socket.localPort());
    }

    QString address() const { return m_address; }

    void send(const QVariantMap &message) { sendBytes(QRepod::encode(message)); }

    void sendBytes(const QByteArray &bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }

    //! Everything that has come, also what was read before.
    const QByteArray &bytes()
    {
        if (m_isReading)
            m_bytes += m_socket.readAll();
        return m_bytes;
    }

    const QList<QVariantMap> &messages()
    {
        bytes();
        while (m_bytes.size() - m_parsed >= 4) {
            const auto length = qFromBigEndian<quint32>(m_bytes.constData() + m_parsed);
            if (m_bytes.size() - m_parsed - 4 < qsizetype(length))
                break;
            const QByteArrayView payload(m_bytes.constData() + m_parsed + 4, qsizetype(length));
            const QVariantMap message = QRepod::decode(payload).value();
            if (!message.isEmpty()) // a heartbeat
                m_messages << message;
            m_parsed += 4 + qsizetype(length);
        }
        return m_messages;
    }

    QStringList actions()
    {
        QStringList actions;
        for (const QVariantMap &message : messages())
            actions << message[u"action"_s].toString();
        return actions;
    }

    //! The field `n` of every message that has one.
    QList<qint64> numbers()
    {
        QList<qint64> numbers;
        for (const QVariantMap &message : messages()) {
            if (message.contains(u"n"_s))
                numbers << message[u"n"_s].toLongLong();
        }
        return numbers;
    }

    //! Waits until so many messages of \a action have come.
    bool receives(const QString &action, qsizetype count = 1)
    {
        return eventually([&] {
            qsizetype received = 0;
            for (const QVariantMap &message : messages())
                received += message[u"action"_s] == action;
            return received >= count;
        });
    }

    bool hasEnded() const { return m_socket.state() == QAbstractSocket::UnconnectedState; }

    //! Waits until the server has closed the connection.
    bool ends()
    {
        return eventually([this] { return hasEnded(); });
    }

    //! Closes in order, after everything has been written.
    void close() { m_socket.disconnectFromHost(); }

    void reset()
    {
        const linger abort{1, 0};
        ::setsockopt(int(m_socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        m_socket.abort();
    }

    //! Lets what comes pile up, and makes the system take little of it.
    void stall()
    {
        m_isReading = false;
        m_socket.setReadBufferSize(1);
        m_socket.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, int(4 * kibi));
    }

private:
    QTcpSocket m_socket;
    QString m_address;
    QByteArray m_bytes;
    qsizetype m_parsed = 0; // of m_bytes
    QList<QVariantMap> m_messages;
    bool m_isReading = true;
};

//! What the channels of one server do, and what they were told.
struct Script
{
    //! Called for every message that a client sent, after it has been written down.
    std::function<void(Channel *, const QVariantMap &)> onMessage;

    QStringList log;
    QList<qint64> numbers; ///< the field `n` of every message
};

//! A channel without handlers: everything comes to network_received().
class ScriptedChannel : public Channel
{
    Q_OBJECT

public:
    explicit ScriptedChannel(Script &script)
        : m_script(script)
    {
    }

    void network_received(const QVariantMap &message) override
    {
        m_script.log << message[u"action"_s].toString();
        if (message.contains(u"n"_s))
            m_script.numbers << message[u"n"_s].toLongLong();
        if (const auto call = m_script.onMessage) // a copy: this may be deleted meanwhile
            call(this, message);
    }

protected:
    Script &m_script;
};

//! One with a handler for each built-in message.
class AttentiveChannel : public ScriptedChannel
{
    Q_OBJECT

public:
    using ScriptedChannel::ScriptedChannel;

    Q_INVOKABLE void Network_connected() { m_script.log << u"Network_connected"_s; }
    Q_INVOKABLE void Network_disconnected() { m_script.log << u"Network_disconnected"_s; }
    Q_INVOKABLE void Network_error(const QString &error)
    {
        m_script.log << u"Network_error %1"_s.arg(error);
    }
};

struct Place
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(int y MEMBER y)

public:
    int x = 0;
    int y = 0;
};

//! One handler of each kind.
class HandlerChannel : public ScriptedChannel
{
    Q_OBJECT

public:
    using ScriptedChannel::ScriptedChannel;

    Q_INVOKABLE void Network_nothing() { m_script.log << u"nothing()"_s; }
    Q_INVOKABLE void Network_whole(const QVariantMap &message)
    {
        m_script.log << u"whole(%1)"_s.arg(message.keys().join(u','));
    }
    Q_INVOKABLE void Network_fields(const QString &name, int count = 1)
    {
        m_script.log << u"fields(%1, %2)"_s.arg(name).arg(count);
    }
    Q_INVOKABLE void Network_place(const Place &place)
    {
        m_script.log << u"place(%1, %2)"_s.arg(place.x).arg(place.y);
    }
};

//! A value that counts how often it is encoded.
struct Counted
{
    Q_GADGET
    Q_PROPERTY(int value READ value)

public:
    int value() const
    {
        ++reads;
        return 7;
    }

    static inline std::atomic<int> reads = 0;
};

//! The threads in which channels were seen at work.
class Threads
{
public:
    void note()
    {
        const std::lock_guard lock(m_mutex);
        m_threads.insert(QThread::currentThread());
    }

    QSet<QThread *> all() const
    {
        const std::lock_guard lock(m_mutex);
        return m_threads;
    }

    void forget()
    {
        const std::lock_guard lock(m_mutex);
        m_threads.clear();
    }

private:
    mutable std::mutex m_mutex; // guards what follows
    QSet<QThread *> m_threads;
};

//! A channel for a background thread: answers everything and notes where it is.
class EchoChannel : public Channel
{
    Q_OBJECT

public:
    explicit EchoChannel(Threads &threads)
        : m_threads(threads)
    {
        m_threads.note();
        ++existing;
    }

    ~EchoChannel() override
    {
        m_threads.note();
        --existing;
    }

    Q_INVOKABLE void Network_connected() { m_threads.note(); }

    void network_received(const QVariantMap &message) override
    {
        m_threads.note();
        send(message);
    }

    static inline std::atomic<int> existing = 0;

private:
    Threads &m_threads;
};

//! Collects the warnings of the library while it exists.
class Warnings
{
public:
    Warnings()
    {
        texts().clear();
        m_previous = qInstallMessageHandler(
            [](QtMsgType, const QMessageLogContext &, const QString &text) { texts() << text; });
    }

    ~Warnings() { qInstallMessageHandler(m_previous); }

    static QStringList &texts()
    {
        static QStringList texts;
        return texts;
    }

private:
    Q_DISABLE_COPY_MOVE(Warnings)

    QtMessageHandler m_previous;
};

//! A server that listens, with channels of one class that all follow one script.
template <class C = ScriptedChannel>
class TestServer
{
public:
    TestServer()
    {
        server->setChannelFactory([this] { return new C(script); });
        if (!server->listen(local, 0))
            qFatal("the server cannot listen: %s", qPrintable(server->errorString()));
    }

    ~TestServer() { delete server; }

    Server *operator->() const { return server; }

    //! Has the script write down every signal of the server and its channels, with the number of
    //! channels at that time.
    void logSignals()
    {
        QObject::connect(server, &Server::channelConnected, server, [this](Channel *channel) {
            log(u"channelConnected"_s, channel);
            QObject::connect(channel, &Channel::disconnected, server,
                             [this, channel] { log(u"disconnected"_s, channel); });
            QObject::connect(
                channel, &Channel::errorOccurred, server,
                [this](const QString &error) { script.log << u"errorOccurred %1"_s.arg(error); });
        });
        QObject::connect(server, &Server::channelDisconnected, server,
                         [this](Channel *channel) { log(u"channelDisconnected"_s, channel); });
    }

    bool has(qsizetype channelCount) const
    {
        return eventually([&] { return server->channels().size() == channelCount; });
    }

    //! Waits until a message of \a action has come so often.
    bool receives(const QString &action, qsizetype count = 1) const
    {
        return eventually([&] { return script.log.count(action) >= count; });
    }

    QPointer<Server> server = new Server;
    Script script;

private:
    void log(const QString &event, Channel *channel)
    {
        const QList<Channel *> channels = server->channels();
        script.log << u"%1, %2 of %3"_s.arg(event)
                          .arg(channels.contains(channel) ? u"one"_s : u"none"_s)
                          .arg(channels.size());
    }
};

//! A client that the server has greeted, and its channel.
struct JoinedClient
{
    template <class C>
    explicit JoinedClient(const TestServer<C> &server)
        : client(server->port())
    {
        if (!client.receives(u"connected"_s)
            || !eventually([&] { return channelIn(server->channels()); }))
            qFatal("a client of the test has not joined");
        channel = channelIn(server->channels());
    }

    RawClient *operator->() { return &client; }

    RawClient client;
    QPointer<Channel> channel;

private:
    Channel *channelIn(const QList<Channel *> &channels) const
    {
        for (Channel *channel : channels) {
            if (channel->address() == client.address())
                return channel;
        }
        return nullptr;
    }
};

qsizetype descriptorCount()
{
    return QDir(u"/proc/self/fd"_s).entryList(QDir::Files | QDir::System).size();
}

} // namespace

Q_DECLARE_METATYPE(Counted)

class tst_Server : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void listensOnAPortThatTheSystemPicks();
    void listensOnAName();
    void reportsAPortThatIsTaken();
    void reportsAnUnknownHost();
    void listeningTwiceChangesNothing();

    void announcesWhoComesAndGoes();
    void channelKnowsItsServerAndItsClient();
    void greetingIsTheFirstThingOnTheWire();
    void channelClassCountsForLaterClients();
    void channelFactoryMakesChannelsOfAnyClass();

    void handlersFollowTheSameRules();
    void builtInMessagesReachTheirHandlers();
    void builtInMessagesReachNothingElse();
    void clientsMaySendBuiltInNames();
    void skipsFramesThatAreNoMessages();

    void sendToAllReachesEveryoneInOrder();
    void sendToAllEncodesOnce();
    void sendToAllFromOtherThreads();
    void sendFromOtherThreads();
    void whatCannotBeEncodedIsNotSent();

    void closeInAHandlerSendsWhatWasSent();
    void closeFromAnotherThread();
    void channelDeletedInItsOwnHandler();
    void channelDeletedInTheHandlerOfAnother();
    void channelDeletedInItsSignals_data();
    void channelDeletedInItsSignals();
    void serverDeletedAtAnyTime_data();
    void serverDeletedAtAnyTime();
    void nestedEventLoopKeepsOrderAndLosesNothing();
    void channelDeletedInANestedEventLoop();
    void serverDeletedInANestedEventLoop();

    void closedServerSendsWhatWasSentAndListensAgain();
    void destroyedServerSendsWhatWasSentWithinBounds();
    void backgroundServerWorksInOneOtherThread_data();
    void backgroundServerWorksInOneOtherThread();
    void startBackgroundWhileClientsArrive();
    void backgroundServerClosesAndListensAgain();
    void destroyedBackgroundServerHasDeletedItsChannels();

    void refusesClientsPastTheMaximum();
    void stalledClientIsClosedAndHoldsNobodyUp();
    void protocolBreakerIsClosedAndHarmsNobody_data();
    void protocolBreakerIsClosedAndHarmsNobody();
    void clientThatResetsIsAnError();
    void clientThatResetBeforeItWasAcceptedHarmsNobody();
    void clientsAreAcceptedOnceThereAreDescriptorsAgain();
    void twoServersInOneThread();
    void fiveHundredClientsJoinAndLeave();
};

//! The clients of these tests need descriptors too.
void tst_Server::initTestCase()
{
    rlimit limit = {};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 4096));
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// ---- Listening

void tst_Server::listensOnAPortThatTheSystemPicks()
{
    Server server;
    QSignalSpy changes(&server, &Server::listeningChanged);
    QVERIFY(!server.isListening());
    QCOMPARE(server.port(), 0);

    QVERIFY(server.listen(local, 0));
    QVERIFY(server.isListening());
    QVERIFY(server.port() != 0);
    QCOMPARE(server.property("port").toInt(), server.port());
    QVERIFY(server.property("listening").toBool());
    QVERIFY(server.errorString().isEmpty());
    QCOMPARE(changes.count(), 1);

    server.close();
    QVERIFY(!server.isListening());
    QCOMPARE(server.port(), 0);
    QCOMPARE(changes.count(), 2);
    server.close();
    QCOMPARE(changes.count(), 2);
}

void tst_Server::listensOnAName()
{
    Server server;
    QVERIFY2(server.listen(u"localhost"_s, 0), qPrintable(server.errorString()));
    RawClient client(server.port());
    QVERIFY(client.receives(u"connected"_s));
}

void tst_Server::reportsAPortThatIsTaken()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));

    Server server;
    QSignalSpy changes(&server, &Server::listeningChanged);
    QVERIFY(!server.listen(local, other.serverPort()));
    QVERIFY(!server.isListening());
    QCOMPARE(server.port(), 0);
    QCOMPARE(server.errorString(),
             u"127.0.0.1:%1: The bound address is already in use"_s.arg(other.serverPort()));
    QCOMPARE(changes.count(), 0);

    QVERIFY(server.listen(local, 0)); // and it can try again
    QVERIFY(server.errorString().isEmpty());
    QCOMPARE(changes.count(), 1);
}

void tst_Server::reportsAnUnknownHost()
{
    Server server;
    QVERIFY(!server.listen(u"no-such-host.invalid"_s, 5071));
    QVERIFY(!server.isListening());
    QCOMPARE(server.errorString(), u"no-such-host.invalid:5071: host not found"_s);
    QVERIFY(!server.listen(QString(), 0));
    QVERIFY(!server.errorString().isEmpty());
}

void tst_Server::listeningTwiceChangesNothing()
{
    TestServer server;
    const quint16 port = server->port();
    QSignalSpy changes(server.server, &Server::listeningChanged);
    QVERIFY(!server->listen(local, 0));
    QCOMPARE(server->errorString(), u"the server is listening already"_s);
    QVERIFY(server->isListening());
    QCOMPARE(server->port(), port);
    QCOMPARE(changes.count(), 0);
    const JoinedClient client(server);
}

// ---- Coming and going

void tst_Server::announcesWhoComesAndGoes()
{
    TestServer<AttentiveChannel> server;
    server.logSignals();
    JoinedClient stays(server);
    server.script.log.clear();

    RawClient client(server->port());
    client.send(message(u"hello"_s));
    client.close();
    QVERIFY(eventually(
        [&] { return server.script.log.contains(u"channelDisconnected, none of 1"_s); }));
    QCOMPARE(server.script.log,
             QStringList({u"channelConnected, one of 2"_s, u"Network_connected"_s, u"hello"_s,
                          u"disconnected, none of 1"_s, u"Network_disconnected"_s,
                          u"channelDisconnected, none of 1"_s}));
    QCOMPARE(server->channels(), QList<Channel *>({stays.channel}));
}

void tst_Server::channelKnowsItsServerAndItsClient()
{
    Channel unattached;
    QCOMPARE(unattached.server(), nullptr);
    QVERIFY(unattached.address().isEmpty());
    QVERIFY(!unattached.isConnected());
    QCOMPARE(unattached.send(number(1)), 0);
    unattached.close();

    TestServer server;
    RawClient client(server->port());
    QVERIFY(server.has(1));
    const QPointer<Channel> channel = server->channels().first();
    QCOMPARE(channel->server(), server.server);
    QCOMPARE(channel->address(), client.address());
    QVERIFY(channel->isConnected());

    bool wasConnected = true;
    QString address;
    qint64 sent = -1;
    connect(channel, &Channel::disconnected, this, [&] {
        wasConnected = channel->isConnected();
        address = channel->address();
        sent = channel->send(number(1));
    });
    client.close();
    QVERIFY(eventually([&] { return !channel; })); // the server has deleted it
    QVERIFY(!wasConnected);
    QCOMPARE(address, client.address());
    QCOMPARE(sent, 0);
}

void tst_Server::greetingIsTheFirstThingOnTheWire()
{
    TestServer server;
    connect(server.server, &Server::channelConnected, this, [&](Channel *channel) {
        QVERIFY(channel->send(number(1)) > 0);
        server->sendToAll(number(2)); // of whom it is one
    });
    RawClient client(server->port());
    QVERIFY(client.receives(u"number"_s, 2));
    const QByteArray greeting = hex("00000012"
                                    "81a6616374696f6ea9636f6e6e6563746564");
    const QByteArray expected = greeting + QRepod::encode(number(1)) + QRepod::encode(number(2));
    QCOMPARE(client.bytes().first(expected.size()), expected);
}

void tst_Server::channelClassCountsForLaterClients()
{
    class OwnChannel : public Channel
    {
    public:
        void network_received(const QVariantMap &) override { send(message(u"own"_s)); }
    };

    Server server;
    QVERIFY(server.listen(local, 0));
    RawClient early(server.port());
    QVERIFY(early.receives(u"connected"_s));
    server.setChannelClass<OwnChannel>();
    RawClient late(server.port());
    QVERIFY(late.receives(u"connected"_s));

    early.send(number(1));
    late.send(number(1));
    QVERIFY(late.receives(u"own"_s));
    server.sendToAll(message(u"end"_s));
    QVERIFY(early.receives(u"end"_s));
    QCOMPARE(early.actions(), QStringList({u"connected"_s, u"end"_s}));
}

void tst_Server::channelFactoryMakesChannelsOfAnyClass()
{
    TestServer server;
    QList<Channel *> made;
    server->setChannelFactory([&]() -> Channel * {
        if (made.size() % 2 == 0)
            made << new HandlerChannel(server.script);
        else
            made << new ScriptedChannel(server.script);
        return made.last();
    });
    std::vector<std::unique_ptr<RawClient>> clients;
    QStringList expected;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(std::make_unique<RawClient>(server->port()));
        QVERIFY(server.has(i + 1));
        clients.back()->send(message(u"nothing"_s));
        expected << (i % 2 == 0 ? u"nothing()"_s : u"nothing"_s);
        QVERIFY(eventually([&] { return server.script.log.size() == expected.size(); }));
    }
    QCOMPARE(server.script.log, expected);
    QCOMPARE(server->channels(), made);
}

// ---- Handlers

void tst_Server::handlersFollowTheSameRules()
{
    const Warnings warnings;
    TestServer<HandlerChannel> server;
    RawClient client(server->port());
    client.send(message(u"nothing"_s, {{u"x"_s, 1}}));
    client.send(message(u"whole"_s, {{u"x"_s, 1}}));
    client.send(message(u"fields"_s, {{u"name"_s, u"Ada"_s}, {u"count"_s, 2.0}}));
    client.send(message(u"fields"_s, {{u"name"_s, u"Ada"_s}}));
    client.send(message(u"place"_s, {{u"x"_s, 3}, {u"y"_s, 4}}));
    client.send(message(u"unknown"_s));
    client.send(message(u"close"_s)); // a function, but no handler
    QVERIFY(server.receives(u"close"_s));
    QVERIFY(Warnings::texts().isEmpty());

    client.send(message(u"fields"_s, {{u"name"_s, 5}}));
    client.send(message(u"fields"_s, {{u"name"_s, 5}}));
    QVERIFY(server.receives(u"fields"_s, 2)); // by network_received
    QCOMPARE(Warnings::texts().size(), 1);
    QVERIFY2(Warnings::texts().first().contains(u"name"_s), qPrintable(Warnings::texts().first()));
    QCOMPARE(
        server.script.log,
        QStringList({u"nothing()"_s, u"whole(action,x)"_s, u"fields(Ada, 2)"_s, u"fields(Ada, 1)"_s,
                     u"place(3, 4)"_s, u"unknown"_s, u"close"_s, u"fields"_s, u"fields"_s}));
}

void tst_Server::builtInMessagesReachTheirHandlers()
{
    TestServer<AttentiveChannel> server;
    server.logSignals();
    RawClient client(server->port());
    client.sendBytes(QRepod::encode(message(u"hello"_s)) + hex("00000000"));
    QVERIFY(client.ends());
    QVERIFY(eventually(
        [&] { return server.script.log.contains(u"channelDisconnected, none of 0"_s); }));
    const QString error = client.address() + u": empty frame"_s;
    QCOMPARE(server.script.log,
             QStringList({u"channelConnected, one of 1"_s, u"Network_connected"_s, u"hello"_s,
                          u"errorOccurred %1"_s.arg(error), u"Network_error %1"_s.arg(error),
                          u"disconnected, none of 0"_s, u"Network_disconnected"_s,
                          u"channelDisconnected, none of 0"_s}));
}

void tst_Server::builtInMessagesReachNothingElse()
{
    TestServer server;
    QSignalSpy gone(server.server, &Server::channelDisconnected);
    RawClient client(server->port());
    client.sendBytes(QRepod::encode(message(u"hello"_s)) + hex("00000000"));
    QVERIFY(eventually([&] { return gone.count() == 1; }));
    QCOMPARE(server.script.log, QStringList({u"hello"_s}));
}

void tst_Server::clientsMaySendBuiltInNames()
{
    TestServer<AttentiveChannel> server;
    server.logSignals();
    const JoinedClient other(server);
    RawClient client(server->port());
    QVERIFY(server.has(2));
    server.script.log.clear();
    client.send(message(u"disconnected"_s));
    client.send(message(u"error"_s, {{u"error"_s, u"forged"_s}}));
    client.send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    QCOMPARE(server.script.log,
             QStringList({u"Network_disconnected"_s, u"Network_error forged"_s, u"hello"_s}));
    QCOMPARE(server->channels().size(), 2);
}

void tst_Server::skipsFramesThatAreNoMessages()
{
    TestServer server;
    RawClient client(server->port());
    for (const char *payload : {"80", "c0", "01", "c2", "90", "81a161a162"})
        client.sendBytes(frame(hex(payload)));
    client.send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    QCOMPARE(server.script.log, QStringList({u"hello"_s}));
}

// ---- Sending

void tst_Server::sendToAllReachesEveryoneInOrder()
{
    constexpr qint64 count = 1'000;
    TestServer server;
    JoinedClient one(server);
    JoinedClient other(server);
    QList<qint64> expected;
    for (qint64 n = 0; n < count; ++n) {
        server->sendToAll(number(n));
        expected << n;
    }
    QVERIFY(one->receives(u"number"_s, count));
    QVERIFY(other->receives(u"number"_s, count));
    QCOMPARE(one->numbers(), expected);
    QCOMPARE(other->numbers(), expected);
}

void tst_Server::sendToAllEncodesOnce()
{
    TestServer server;
    JoinedClient clients[] = {JoinedClient(server), JoinedClient(server), JoinedClient(server)};
    Counted::reads = 0;
    server->sendToAll(message(u"counted"_s, {{u"gadget"_s, QVariant::fromValue(Counted())}}));
    for (JoinedClient &client : clients) {
        QVERIFY(client->receives(u"counted"_s));
        QCOMPARE(client->messages().last()[u"gadget"_s].toMap()[u"value"_s].toInt(), 7);
    }
    QCOMPARE(int(Counted::reads), 1);
}

void tst_Server::sendToAllFromOtherThreads()
{
    constexpr qint64 count = 1'000;
    TestServer server;
    JoinedClient one(server);
    JoinedClient other(server);
    const auto sendAll = [&](qint64 first) {
        for (qint64 n = first; n < first + count; ++n)
            server->sendToAll(number(n));
    };
    std::thread low(sendAll, 0);
    std::thread high(sendAll, count);
    const bool isComplete = one->receives(u"number"_s, 2 * count);
    low.join();
    high.join();
    QVERIFY(isComplete);
    QVERIFY(other->receives(u"number"_s, 2 * count));
    QCOMPARE(one->numbers(), other->numbers()); // the same order for everyone
    qint64 nextLow = 0;
    qint64 nextHigh = count;
    for (const qint64 n : one->numbers())
        QCOMPARE(n, n < count ? nextLow++ : nextHigh++);
}

void tst_Server::sendFromOtherThreads()
{
    constexpr qint64 count = 1'000;
    TestServer server;
    JoinedClient client(server);
    Channel *const channel = client.channel;
    std::atomic<int> failures = 0;
    const auto sendAll = [&](qint64 first) {
        for (qint64 n = first; n < first + count; ++n) {
            if (!channel->isConnected() || channel->send(number(n)) == 0)
                ++failures;
        }
    };
    std::thread low(sendAll, 0);
    std::thread high(sendAll, count);
    const bool isComplete = client->receives(u"number"_s, 2 * count);
    low.join();
    high.join();
    QVERIFY(isComplete);
    QCOMPARE(int(failures), 0);
    qint64 nextLow = 0;
    qint64 nextHigh = count;
    for (const qint64 n : client->numbers())
        QCOMPARE(n, n < count ? nextLow++ : nextHigh++);
}

void tst_Server::whatCannotBeEncodedIsNotSent()
{
    TestServer server;
    JoinedClient client(server);
    const QVariantMap unencodable =
        message(u"bad"_s, {{u"players"_s, QVariantList{1, QVariant::fromValue(this)}}});
    {
        const Warnings warnings;
        QCOMPARE(client.channel->send(unencodable), 0);
        QCOMPARE(Warnings::texts().size(), 1);
        QVERIFY(Warnings::texts().first().contains(u"players[1]"_s));
        QVERIFY(Warnings::texts().first().contains(client->address()));
        server->sendToAll(unencodable);
        QCOMPARE(Warnings::texts().size(), 2);
        QVERIFY(Warnings::texts().last().contains(u"players[1]"_s));
    }
    const QByteArray expected = QRepod::encode(message(u"good"_s));
    QCOMPARE(client.channel->send(message(u"good"_s)), expected.size());
    QVERIFY(client->receives(u"good"_s));
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"good"_s}));
}

// ---- Closing and deleting

void tst_Server::closeInAHandlerSendsWhatWasSent()
{
    TestServer server;
    server->setCloseTimeout(patience);
    server.script.onMessage = [](Channel *channel, const QVariantMap &) {
        channel->send(bulky(4 * mebi));
        channel->send(message(u"last"_s));
        channel->close();
        channel->send(message(u"too late"_s));
    };
    QSignalSpy gone(server.server, &Server::channelDisconnected);
    JoinedClient client(server);
    client->send(message(u"hello"_s));
    QVERIFY(client->ends());
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"bulky"_s, u"last"_s}));
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(gone.count(), 1);
}

void tst_Server::closeFromAnotherThread()
{
    TestServer server;
    JoinedClient client(server);
    JoinedClient other(server);
    std::thread closer([channel = client.channel.data()] {
        channel->send(message(u"last"_s));
        channel->close();
        channel->close();
    });
    closer.join();
    QVERIFY(client->ends());
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"last"_s}));
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server->channels(), QList<Channel *>({other.channel}));
}

void tst_Server::channelDeletedInItsOwnHandler()
{
    TestServer server;
    server.script.onMessage = [](Channel *channel, const QVariantMap &received) {
        if (received[u"action"_s] != u"die"_s)
            return;
        channel->send(message(u"last"_s));
        delete channel;
    };
    JoinedClient client(server);
    JoinedClient other(server);
    client->sendBytes(QRepod::encode(message(u"die"_s)) + QRepod::encode(message(u"behind"_s)));
    QVERIFY(client->ends());
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"last"_s}));
    QVERIFY(!client.channel);
    QCOMPARE(server->channels(), QList<Channel *>({other.channel}));

    other->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    QCOMPARE(server.script.log, QStringList({u"die"_s, u"hello"_s}));
    server->sendToAll(number(1));
    QVERIFY(other->receives(u"number"_s));
}

void tst_Server::channelDeletedInTheHandlerOfAnother()
{
    TestServer server;
    JoinedClient victim(server);
    JoinedClient client(server);
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        if (channel == client.channel)
            delete victim.channel;
    };
    // Both have something to say when the handler runs.
    client->send(message(u"hello"_s));
    victim->send(message(u"hello"_s));
    QVERIFY(victim->ends());
    QVERIFY(!victim.channel);
    QCOMPARE(server->channels(), QList<Channel *>({client.channel}));
    client.channel->send(message(u"on"_s));
    QVERIFY(client->receives(u"on"_s));
}

void tst_Server::channelDeletedInItsSignals_data()
{
    QTest::addColumn<QString>("when");
    for (const QString &when :
         {u"channelConnected"_s, u"errorOccurred"_s, u"disconnected"_s, u"channelDisconnected"_s})
        QTest::newRow(qPrintable(when)) << when;
}

void tst_Server::channelDeletedInItsSignals()
{
    QFETCH(const QString, when);
    TestServer<AttentiveChannel> server;
    const JoinedClient other(server);
    server.script.log.clear();

    bool isDeleted = false;
    const auto deleteAt = [&](const QString &now, Channel *channel) {
        if (now != when)
            return;
        delete channel;
        isDeleted = true;
    };
    connect(server.server, &Server::channelConnected, this, [&](Channel *channel) {
        connect(channel, &Channel::errorOccurred, this,
                [=] { deleteAt(u"errorOccurred"_s, channel); });
        connect(channel, &Channel::disconnected, this,
                [=] { deleteAt(u"disconnected"_s, channel); });
        deleteAt(u"channelConnected"_s, channel);
    });
    connect(server.server, &Server::channelDisconnected, this,
            [=](Channel *channel) { deleteAt(u"channelDisconnected"_s, channel); });

    RawClient client(server->port());
    client.sendBytes(hex("00000000"));
    QVERIFY(eventually([&] { return isDeleted; }));
    QVERIFY(client.ends());
    QCOMPARE(server->channels(), QList<Channel *>({other.channel}));
    // Nothing was called after the deletion, and everything before.
    QStringList expected = {u"Network_connected"_s,
                            u"Network_error %1: empty frame"_s.arg(client.address()),
                            u"Network_disconnected"_s};
    if (when == u"channelConnected"_s)
        expected.resize(0);
    else if (when == u"errorOccurred"_s)
        expected.resize(1);
    else if (when == u"disconnected"_s)
        expected.resize(2);
    QCOMPARE(server.script.log, expected);
}

void tst_Server::serverDeletedAtAnyTime_data()
{
    QTest::addColumn<QString>("when");
    for (const QString &when :
         {u"handler"_s, u"channelConnected"_s, u"errorOccurred"_s, u"disconnected"_s,
          u"channelDisconnected"_s, u"channel destroyed"_s})
        QTest::newRow(qPrintable(when)) << when;
}

void tst_Server::serverDeletedAtAnyTime()
{
    QFETCH(const QString, when);
    TestServer server;
    JoinedClient other(server);

    const auto deleteAt = [&](const QString &now) {
        if (now == when)
            delete server.server;
    };
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        channel->send(message(u"last"_s));
        deleteAt(u"handler"_s);
    };
    connect(server.server, &Server::channelConnected, this, [&](Channel *channel) {
        connect(channel, &Channel::errorOccurred, this, [=] { deleteAt(u"errorOccurred"_s); });
        connect(channel, &Channel::disconnected, this, [=] { deleteAt(u"disconnected"_s); });
        deleteAt(u"channelConnected"_s);
    });
    connect(server.server, &Server::channelDisconnected, this,
            [=] { deleteAt(u"channelDisconnected"_s); });

    RawClient client(server->port());
    if (when == u"channel destroyed"_s) {
        QVERIFY(server.has(2));
        for (Channel *channel : server->channels()) {
            if (channel != other.channel)
                connect(channel, &QObject::destroyed, this, [=] { deleteAt(when); });
        }
    }
    client.send(message(u"hello"_s));
    if (when != u"handler"_s)
        client.sendBytes(hex("00000000"));
    QVERIFY(eventually([&] { return !server.server; }));
    QVERIFY(client.ends());
    QVERIFY(other->ends());
    QVERIFY(!other.channel);
    QCOMPARE(server.script.log,
             when == u"channelConnected"_s ? QStringList() : QStringList({u"hello"_s}));
    if (when == u"handler"_s)
        QCOMPARE(client.actions(), QStringList({u"connected"_s, u"last"_s}));
}

void tst_Server::nestedEventLoopKeepsOrderAndLosesNothing()
{
    TestServer server;
    JoinedClient client(server);
    JoinedClient other(server);
    QEventLoop loop;
    server.script.onMessage = [&](Channel *, const QVariantMap &received) {
        if (received[u"action"_s] == u"release"_s)
            return loop.quit();
        if (received[u"n"_s] != 1)
            return;
        // Arrives while the handler is at work; the client even leaves.
        client->send(number(3));
        client->send(number(4));
        client->close();
        other->send(message(u"release"_s));
        loop.exec();
        server.script.log << u"returned"_s;
    };
    client->sendBytes(QRepod::encode(number(1)) + QRepod::encode(number(2)));
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server.script.numbers, QList<qint64>({1, 2, 3, 4}));
    // The other channel works meanwhile; this one waits for its handler.
    QCOMPARE(server.script.log,
             QStringList({u"number"_s, u"release"_s, u"returned"_s, u"number"_s, u"number"_s,
                          u"number"_s}));
}

void tst_Server::channelDeletedInANestedEventLoop()
{
    TestServer server;
    JoinedClient client(server);
    JoinedClient other(server);
    QEventLoop loop;
    server.script.onMessage = [&](Channel *, const QVariantMap &received) {
        if (received[u"action"_s] == u"kill"_s) {
            delete client.channel;
            return loop.quit();
        }
        other->send(message(u"kill"_s));
        loop.exec();
    };
    client->sendBytes(QRepod::encode(number(1)) + QRepod::encode(number(2)));
    QVERIFY(client->ends());
    QCOMPARE(server.script.log, QStringList({u"number"_s, u"kill"_s}));
    QCOMPARE(server->channels(), QList<Channel *>({other.channel}));
}

void tst_Server::serverDeletedInANestedEventLoop()
{
    TestServer server;
    JoinedClient client(server);
    JoinedClient other(server);
    QEventLoop loop;
    server.script.onMessage = [&](Channel *, const QVariantMap &received) {
        if (received[u"action"_s] == u"kill"_s) {
            delete server.server;
            return loop.quit();
        }
        other->send(message(u"kill"_s));
        loop.exec();
    };
    client->sendBytes(QRepod::encode(number(1)) + QRepod::encode(number(2)));
    QVERIFY(client->ends());
    QVERIFY(other->ends());
    QCOMPARE(server.script.log, QStringList({u"number"_s, u"kill"_s}));
}

void tst_Server::closedServerSendsWhatWasSentAndListensAgain()
{
    TestServer server;
    server->setCloseTimeout(patience);
    JoinedClient one(server);
    JoinedClient other(server);
    QSignalSpy gone(server.server, &Server::channelDisconnected);
    server->sendToAll(bulky(mebi));
    server->sendToAll(message(u"last"_s));
    const quint16 port = server->port();
    server->close();
    for (JoinedClient *client : {&one, &other}) {
        QVERIFY(client->client.ends());
        QCOMPARE(client->client.actions(), QStringList({u"connected"_s, u"bulky"_s, u"last"_s}));
    }
    QVERIFY(eventually([&] { return gone.count() == 2; }));
    QVERIFY(server->channels().isEmpty());
    QTcpSocket refused;
    refused.connectToHost(QHostAddress::LocalHost, port);
    QVERIFY(!refused.waitForConnected(patience));

    QVERIFY2(server->listen(local, 0), qPrintable(server->errorString()));
    JoinedClient late(server);
    late->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
}

void tst_Server::destroyedServerSendsWhatWasSentWithinBounds()
{
    TestServer server;
    server->setCloseTimeout(patience);
    JoinedClient stalled(server);
    stalled->stall();
    JoinedClient client(server);
    for (int i = 0; i < 15; ++i)
        QVERIFY(stalled.channel->send(bulky(mebi)) > 0);
    for (int n = 0; n < 1'000; ++n)
        client.channel->send(number(n));

    QElapsedTimer timer;
    timer.start();
    delete server.server;
    QVERIFY2(timer.elapsed() < patience / 2, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(!client.channel);
    QVERIFY(client->ends());
    QCOMPARE(client->numbers().size(), 1'000);
}

// ---- Background

void tst_Server::backgroundServerWorksInOneOtherThread_data()
{
    QTest::addColumn<QString>("when");
    for (const QString &when : {u"before listen"_s, u"after listen"_s, u"with clients"_s})
        QTest::newRow(qPrintable(when)) << when;
}

void tst_Server::backgroundServerWorksInOneOtherThread()
{
    QFETCH(const QString, when);
    QThread *const here = QThread::currentThread();
    Threads threads;
    auto server = std::make_unique<Server>();
    server->setChannelFactory([&] {
        threads.note();
        return new EchoChannel(threads);
    });
    // In the thread that emits them, as there is no receiver.
    connect(server.get(), &Server::channelConnected, [&] { threads.note(); });
    connect(server.get(), &Server::channelDisconnected, [&](Channel *channel) {
        threads.note();
        QCOMPARE(channel->thread(), QThread::currentThread());
    });

    if (when == u"before listen"_s)
        server->startBackground();
    QVERIFY(server->listen(local, 0));
    QVERIFY(server->isListening());
    if (when == u"after listen"_s)
        server->startBackground();
    RawClient early(server->port());
    QVERIFY(early.receives(u"connected"_s));
    if (when == u"with clients"_s) {
        QVERIFY(eventually([&] { return server->channels().size() == 1; }));
        QCOMPARE(threads.all(), QSet<QThread *>({here}));
        threads.forget();
        early.send(number(1)); // may be on its way while it moves
        server->startBackground();
    }
    server->startBackground(); // changes nothing

    RawClient late(server->port());
    for (RawClient *client : {&early, &late}) {
        client->send(number(2));
        QVERIFY(
            client->receives(u"number"_s, client == &early && when == u"with clients"_s ? 2 : 1));
    }
    QCOMPARE(server->channels().size(), 2);
    server->sendToAll(message(u"all"_s));
    QVERIFY(early.receives(u"all"_s));
    QVERIFY(late.receives(u"all"_s));
    late.close();
    QVERIFY(eventually([&] { return server->channels().size() == 1; }));
    server.reset();
    QVERIFY(early.ends());
    QCOMPARE(int(EchoChannel::existing), 0);

    QCOMPARE(threads.all().size(), 1);
    QVERIFY(!threads.all().contains(here));
}

void tst_Server::startBackgroundWhileClientsArrive()
{
    constexpr int count = 100; // so many that it takes a while to move them
    for (int round = 0; round < 5; ++round) {
        Threads threads;
        Server server;
        server.setChannelFactory([&] { return new EchoChannel(threads); });
        QVERIFY(server.listen(local, 0));
        std::vector<std::unique_ptr<RawClient>> clients;
        const auto addClients = [&] {
            for (int i = 0; i < count; ++i) {
                clients.push_back(std::make_unique<RawClient>(server.port()));
                clients.back()->send(number(i));
            }
        };
        addClients();
        QVERIFY(eventually([&] { return server.channels().size() == count; }));
        addClients(); // who wait to be accepted
        server.startBackground();
        addClients();
        for (const auto &client : clients)
            QVERIFY(client->receives(u"number"_s));
        QCOMPARE(server.channels().size(), qsizetype(clients.size()));
    }
    QCOMPARE(int(EchoChannel::existing), 0);
}

void tst_Server::backgroundServerClosesAndListensAgain()
{
    Threads threads;
    Server server;
    server.setChannelFactory([&] { return new EchoChannel(threads); });
    server.startBackground();
    QSignalSpy changes(&server, &Server::listeningChanged);
    for (int round = 1; round <= 3; ++round) {
        QVERIFY2(server.listen(local, 0), qPrintable(server.errorString()));
        RawClient client(server.port());
        client.send(number(1));
        QVERIFY(client.receives(u"number"_s));
        server.sendToAll(message(u"last"_s));
        server.close();
        QCOMPARE(changes.count(), 2 * round);
        QVERIFY(client.ends());
        QCOMPARE(client.actions(), QStringList({u"connected"_s, u"number"_s, u"last"_s}));
        QVERIFY(eventually([&] { return EchoChannel::existing == 0; }));
        QVERIFY(server.channels().isEmpty());
    }
    QVERIFY(!server.listen(u"no-such-host.invalid"_s, 0));
    QVERIFY(server.errorString().contains(u"no-such-host.invalid"_s));
}

void tst_Server::destroyedBackgroundServerHasDeletedItsChannels()
{
    Threads threads;
    auto server = std::make_unique<Server>();
    server->setChannelFactory([&] { return new EchoChannel(threads); });
    server->setCloseTimeout(patience);
    server->startBackground();
    QVERIFY(server->listen(local, 0));
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 10; ++i)
        clients.push_back(std::make_unique<RawClient>(server->port()));
    for (const auto &client : clients) {
        client->send(number(0));
        QVERIFY(client->receives(u"number"_s));
        for (int n = 1; n < 1'000; ++n) // its handlers are at work when the server goes
            client->send(number(n));
    }
    QElapsedTimer timer;
    timer.start();
    server.reset();
    QVERIFY2(timer.elapsed() < patience / 2, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(int(EchoChannel::existing), 0);
    for (const auto &client : clients) {
        QVERIFY(client->ends());
        // Whatever came back came in order.
        const QList<qint64> numbers = client->numbers();
        for (qsizetype n = 0; n < numbers.size(); ++n)
            QCOMPARE(numbers[n], n);
    }
}

// ---- Limits and faults

void tst_Server::refusesClientsPastTheMaximum()
{
    TestServer server;
    server->setMaximumConnections(2);
    JoinedClient one(server);
    JoinedClient other(server);
    QSignalSpy joined(server.server, &Server::channelConnected);

    RawClient extra(server->port());
    extra.send(message(u"hello"_s));
    QVERIFY(extra.ends());
    QCOMPARE(extra.actions(), QStringList({u"error"_s}));
    QCOMPARE(extra.messages().first()[u"error"_s].toString(), u"the server is full: 2 clients"_s);
    QCOMPARE(joined.count(), 0);
    QVERIFY(server.script.log.isEmpty());

    server->sendToAll(message(u"on"_s));
    QVERIFY(one->receives(u"on"_s));
    QVERIFY(other->receives(u"on"_s));

    other->close();
    QVERIFY(eventually([&] { return !other.channel; }));
    const JoinedClient next(server); // into the place that is free again
    QCOMPARE(server->channels(), QList<Channel *>({one.channel, next.channel}));
}

void tst_Server::stalledClientIsClosedAndHoldsNobodyUp()
{
    constexpr qint64 limit = 512 * kibi;
    TestServer server;
    server->setMaximumSendBacklog(limit);
    JoinedClient stalled(server);
    stalled->stall();
    JoinedClient healthy(server);
    QStringList events;
    QString error;
    connect(stalled.channel, &Channel::errorOccurred, this, [&](const QString &text) {
        events << u"error"_s;
        error = text;
    });
    connect(stalled.channel, &Channel::disconnected, this, [&] { events << u"disconnected"_s; });

    qsizetype sent = 0;
    while (events.isEmpty() && sent < 1'000) { // what the system takes in is less than 1,000
        server->sendToAll(bulky(64 * kibi));
        QVERIFY(healthy->receives(u"bulky"_s, ++sent));
    }
    QVERIFY(eventually([&] { return !stalled.channel; }));
    QCOMPARE(events, QStringList({u"error"_s, u"disconnected"_s}));
    QVERIFY2(error.startsWith(stalled->address() + u": "_s), qPrintable(error));
    QVERIFY2(error.contains(u"over the limit of %1"_s.arg(limit)), qPrintable(error));
    QCOMPARE(server->channels(), QList<Channel *>({healthy.channel}));

    server->sendToAll(message(u"on"_s));
    QVERIFY(healthy->receives(u"on"_s));
}

void tst_Server::protocolBreakerIsClosedAndHarmsNobody_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("closes");
    QTest::addColumn<QString>("reason");
    QTest::newRow("oversized header")
        << hex("7fffffff") << false << u"frame of 2147483647 bytes is over the limit of 16777216"_s;
    QTest::newRow("garbage") << QByteArray("GET / HTTP/1.1\r\n\r\n") << false
                             << u"over the limit of 16777216"_s;
    QTest::newRow("empty frame") << hex("00000000") << false << u"empty frame"_s;
    QTest::newRow("truncated, then closed")
        << hex("0000001081a6") << true << u"the peer closed after 6 bytes of a frame"_s;
    QTest::newRow("half a header, then closed")
        << hex("0000") << true << u"the peer closed after 2 bytes of a frame"_s;
    QTest::newRow("text that is not UTF-8")
        << frame(hex("81a6616374696f6ea1ff")) << false << u"UTF-8"_s;
    QTest::newRow("a byte that means nothing") << frame(hex("c1")) << false << u""_s;
    QTest::newRow("a value that is cut off") << frame(hex("82a161")) << false << u""_s;
    QTest::newRow("bytes left over") << frame(hex("8080")) << false << u""_s;
    QTest::newRow("nested too deep")
        << frame(hex("82a6616374696f6ea164a164") + QByteArray(64, '\x91') + hex("90")) << false
        << u"64"_s;
}

void tst_Server::protocolBreakerIsClosedAndHarmsNobody()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const bool, closes);
    QFETCH(const QString, reason);
    TestServer server;
    JoinedClient other(server);
    server.logSignals();
    JoinedClient breaker(server);
    QString error;
    connect(breaker.channel, &Channel::errorOccurred, this,
            [&](const QString &text) { error = text; });
    server.script.log.clear();

    breaker->sendBytes(QRepod::encode(message(u"good"_s)) + bytes);
    if (closes)
        breaker->close();
    QVERIFY(breaker->ends());
    QVERIFY(eventually([&] { return !breaker.channel; }));
    QVERIFY2(error.startsWith(breaker->address() + u": "_s), qPrintable(error));
    QVERIFY2(error.size() > breaker->address().size() + 2, qPrintable(error));
    QVERIFY2(error.contains(reason), qPrintable(error));
    QCOMPARE(server.script.log,
             QStringList({u"good"_s, u"errorOccurred %1"_s.arg(error), u"disconnected, none of 1"_s,
                          u"channelDisconnected, none of 1"_s}));

    other->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    other.channel->send(message(u"on"_s));
    QVERIFY(other->receives(u"on"_s));
}

void tst_Server::clientThatResetsIsAnError()
{
    TestServer server;
    JoinedClient other(server);
    server.logSignals();
    JoinedClient client(server);
    server.script.log.clear();
    client->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    client->reset();
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server.script.log,
             QStringList({u"hello"_s,
                          u"errorOccurred %1: Connection reset by peer"_s.arg(client->address()),
                          u"disconnected, none of 1"_s, u"channelDisconnected, none of 1"_s}));
    server->sendToAll(message(u"on"_s));
    QVERIFY(other->receives(u"on"_s));
}

void tst_Server::clientThatResetBeforeItWasAcceptedHarmsNobody()
{
    TestServer server;
    server.logSignals();
    RawClient client(server->port()); // by the system alone; the server has not run yet
    client.reset();
    const JoinedClient other(server);
    server->sendToAll(message(u"on"_s));
    QVERIFY(server.has(1));
    // Either there was no channel, or one that names its client and came and went in order.
    const QStringList log = server.script.log;
    for (const QString &entry : log) {
        if (entry.startsWith(u"errorOccurred "_s))
            QVERIFY2(entry.contains(client.address()), qPrintable(entry));
    }
    QCOMPARE(log.filter(u"channelConnected"_s).size() - 1,
             log.filter(u"channelDisconnected"_s).size());
}

void tst_Server::clientsAreAcceptedOnceThereAreDescriptorsAgain()
{
    TestServer server;
    RawClient client(server->port()); // by the system alone; the server has not run yet
    rlimit limit = {};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const int next = ::dup(0); // what the server would get
    ::close(next);
    const rlimit none = {rlim_t(next), limit.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    for (int turn = 0; turn < 20; ++turn)
        QCoreApplication::processEvents();
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    QVERIFY(server->channels().isEmpty());
    QVERIFY(server.has(1));
    server->sendToAll(message(u"on"_s));
    QVERIFY(client.receives(u"on"_s));
}

void tst_Server::twoServersInOneThread()
{
    TestServer one;
    TestServer other;
    QVERIFY(one->port() != other->port());
    JoinedClient ofOne(one);
    JoinedClient ofOther(other);
    ofOne->send(message(u"to one"_s));
    ofOther->send(message(u"to other"_s));
    QVERIFY(one.receives(u"to one"_s));
    QVERIFY(other.receives(u"to other"_s));
    one->sendToAll(message(u"from one"_s));
    QVERIFY(ofOne->receives(u"from one"_s));

    delete one.server;
    QVERIFY(ofOne->ends());
    other->sendToAll(message(u"from other"_s));
    QVERIFY(ofOther->receives(u"from other"_s));
    QCOMPARE(ofOther->actions(), QStringList({u"connected"_s, u"from other"_s}));
    QCOMPARE(other.script.log, QStringList({u"to other"_s}));
}

void tst_Server::fiveHundredClientsJoinAndLeave()
{
    constexpr qsizetype count = 500;
    TestServer server;
    {
        JoinedClient first(server); // so that Qt has opened whatever it keeps
        first->close();
        QVERIFY(server.has(0));
        QVERIFY(first->ends());
    }
    QVERIFY(eventually([&] { return server->findChildren<Channel *>().isEmpty(); }));
    const qsizetype before = descriptorCount();
    QSignalSpy joined(server.server, &Server::channelConnected);
    QSignalSpy left(server.server, &Server::channelDisconnected);

    std::vector<std::unique_ptr<RawClient>> clients;
    for (qsizetype i = 0; i < count; ++i)
        clients.push_back(std::make_unique<RawClient>(server->port()));
    QVERIFY(server.has(count));
    QCOMPARE(joined.count(), count);
    server->sendToAll(message(u"all"_s));
    for (qsizetype i = 0; i < count; ++i) {
        clients[size_t(i)]->send(number(i));
        QVERIFY(clients[size_t(i)]->receives(u"all"_s));
    }
    QVERIFY(server.receives(u"number"_s, count));
    QCOMPARE(QSet<qint64>(server.script.numbers.cbegin(), server.script.numbers.cend()).size(),
             count);

    for (const auto &client : clients)
        client->close();
    QVERIFY(server.has(0));
    QCOMPARE(left.count(), count);
    clients.clear();
    QVERIFY(eventually([&] { return descriptorCount() == before; }));
}

QTEST_GUILESS_MAIN(tst_Server)
#include "tst_server.moc"

// SPDX-License-Identifier: MIT

//! Hosts with several addresses, some of which do not answer; and all addresses of a server.

#include "repodcat/bot.h"
#include "support/eventually.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"
#ifdef QREPOD_REDIS_SERVER
#    include "support/redisserver.h"
#endif
#include "support/scriptedserver.h"
#include "support/tlsconfiguration.h"

#include <QRepod/Client>
#ifdef QREPOD_REDIS_SERVER
#    include <QRepod/Cluster>
#endif
#include <QRepod/Server>

#include <QtCore/qpointer.h>
#include <QtNetwork/qnetworkinterface.h>
#include <QtTest/qtest.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

using QRepod::ConnectionListener;
using QRepod::Server;

namespace {

struct Host
{
    const char *name;
    std::vector<const char *> addresses;
};

//! What this program's names resolve to. The tests' certificate is for `localhost`.
const std::vector<Host> hosts = {
    {"silent.example", {"127.0.0.2", "127.0.0.1"}},
    {"localhost", {"127.0.0.2", "127.0.0.1"}},
    {"refused.example", {"127.0.0.3", "127.0.0.4", "127.0.0.1"}},
    {"both.example", {"127.0.0.1", "127.0.0.5"}},
    {"nobody.example", {"127.0.0.3", "127.0.0.4"}},
    {"differing.example", {"127.0.0.3", "255.255.255.255"}},
    {"mute.example", {"127.0.0.2"}},
};

//! An address that does not answer: it listens, but has no room for new connections.
class SilentAddress
{
public:
    //! Uses a port at which \a server can listen on another address.
    explicit SilentAddress(Server &server)
    {
        do {
            close();
            bind();
        } while (!server.listen(u"127.0.0.1"_s, port()));
        fill();
    }

    //! Uses a port at which somebody listens on another address.
    explicit SilentAddress(quint16 port)
    {
        bind(port);
        fill();
    }

    ~SilentAddress() { close(); }
    Q_DISABLE_COPY_MOVE(SilentAddress)

    quint16 port() const { return ntohs(m_address.sin_port); }

private:
    void fill()
    {
        for (int &filler : m_fillers) {
            filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            ::connect(filler, reinterpret_cast<const sockaddr *>(&m_address), sizeof m_address);
        }
    }

    void bind(quint16 port = 0)
    {
        m_descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
        m_address.sin_family = AF_INET;
        m_address.sin_port = htons(port);
        ::inet_pton(AF_INET, "127.0.0.2", &m_address.sin_addr);
        auto *const address = reinterpret_cast<sockaddr *>(&m_address);
        socklen_t size = sizeof m_address;
        if (::bind(m_descriptor, address, size) != 0 || ::listen(m_descriptor, 0) != 0
            || ::getsockname(m_descriptor, address, &size) != 0)
            qFatal("the test cannot listen: %s", strerror(errno));
    }

    void close()
    {
        for (int &filler : m_fillers) {
            if (filler != -1)
                ::close(std::exchange(filler, -1));
        }
        if (m_descriptor != -1)
            ::close(std::exchange(m_descriptor, -1));
    }

    int m_descriptor = -1;
    sockaddr_in m_address{};
    std::array<int, 4> m_fillers = {-1, -1, -1, -1};
};

} // namespace

//! Found before the system's function, which answers for all other names.
extern "C" Q_DECL_EXPORT int getaddrinfo(const char *name, const char *service,
                                         const addrinfo *hints, addrinfo **result)
{
    using Function = int (*)(const char *, const char *, const addrinfo *, addrinfo **);
    static const auto system = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    const auto host = std::find_if(hosts.begin(), hosts.end(), [name](const Host &each) {
        return name && qstrcmp(each.name, name) == 0;
    });
    if (host == hosts.end())
        return system(name, service, hints, result);
    addrinfo numeric{};
    numeric.ai_flags = AI_NUMERICHOST;
    numeric.ai_socktype = SOCK_STREAM;
    for (const char *address : host->addresses) {
        if (const int error = system(address, service, &numeric, result); error != 0)
            return error;
        result = &(*result)->ai_next;
    }
    return 0;
}

class tst_Addresses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void silentAddressDoesNotHoldUpTheNext_data();
    void silentAddressDoesNotHoldUpTheNext();
    void refusedAddressIsFollowedByTheNext();
    void botsTryAddressesSideBySide();
#ifdef QREPOD_REDIS_SERVER
    void nodesTryAddressesOfRedisSideBySide();
    void nodesSayWhyNoAddressOfRedisAnswers();
#endif
    void onlyOneAddressGetsTheConnection();
    void errorNamesTheReason();
    void errorNamesEveryReasonIfTheyDiffer();
    void silentHostTimesOut();
    void closingWhileAddressesAreTriedEndsSilently();
    void destructorWhileAddressesAreTried();
    void emptyHostIsEveryAddress();
    void portsAreNotCutOff();
};

void tst_Addresses::silentAddressDoesNotHoldUpTheNext_data()
{
    QTest::addColumn<bool>("isTls");
    QTest::newRow("plain") << false;
    QTest::newRow("TLS") << true;
}

void tst_Addresses::silentAddressDoesNotHoldUpTheNext()
{
    QFETCH(const bool, isTls);
    Server server;
    if (isTls)
        server.setSslConfiguration(serverConfiguration());
    const SilentAddress silent(server);
    RecordingListener listener;
    listener.setConnectTimeout(20'000); // Qt would give the first address 30 s
    if (isTls)
        listener.setSslConfiguration(clientConfiguration());
    listener.connect(isTls ? u"localhost"_s : u"silent.example"_s, silent.port());
    QVERIFY(eventually([&] {
        listener.pump();
        return listener.state() != ConnectionListener::State::Connecting;
    }));
    QVERIFY2(listener.error.isEmpty(), qPrintable(listener.error));
    QCOMPARE(listener.state(), ConnectionListener::State::Connected);
    QVERIFY(eventually([&] { return server.channels().size() == 1; }));
}

void tst_Addresses::refusedAddressIsFollowedByTheNext()
{
    RawServer server;
    RecordingListener listener;
    listener.connect(u"refused.example"_s, server.port());
    QVERIFY(listener.pumpUntil(u"socketConnect"_s));
    QVERIFY(listener.error.isEmpty());
}

void tst_Addresses::botsTryAddressesSideBySide()
{
    Server server;
    server.setSslConfiguration(serverConfiguration());
    const SilentAddress silent(server);
    Options options;
    options.host = u"localhost"_s;
    options.port = silent.port();
    options.tls = clientConfiguration();
    Bot bot(0, options);
    QString error;
    QObject::connect(&bot, &Bot::failed, [&](const QString &text) { error = text; });
    bot.open();
    QVERIFY(eventually([&] { return bot.isOpen() || !error.isEmpty(); }));
    QVERIFY2(error.isEmpty(), qPrintable(error));

    RawServer other; // not at these addresses
    options.host = u"nobody.example"_s;
    options.port = other.port();
    Bot refused(1, options);
    QObject::connect(&refused, &Bot::failed, [&](const QString &text) { error = text; });
    refused.open();
    QVERIFY(eventually([&] { return !error.isEmpty(); }));
    QCOMPARE(error, u"Connection refused"_s);
    QVERIFY(!refused.hasOpened());
}

#ifdef QREPOD_REDIS_SERVER

//! With Qt, the first address would get 30 s, and Redis counts as lost before that, so it would
//! never be reached. The names of Redis are looked up while the cluster moves to another thread.
void tst_Addresses::nodesTryAddressesOfRedisSideBySide()
{
    RedisServer redis;
    QVERIFY(redis.start());
    const SilentAddress silent(redis.port());
    Server server;
    QRepod::Cluster cluster(&server);
    cluster.join(QUrl(u"redis://silent.example:%1"_s.arg(redis.port())));
    server.startBackground();
    QVERIFY(eventually([&] { return cluster.isOnline(); }));
}

void tst_Addresses::nodesSayWhyNoAddressOfRedisAnswers()
{
    RawServer other; // not at these addresses
    const auto error = [&](auto whatElse) {
        Server server;
        const QPointer<QRepod::Cluster> cluster = new QRepod::Cluster(&server);
        QString text;
        QObject::connect(cluster, &QRepod::Cluster::offline, &server, [&](const QString &why) {
            text = why;
            whatElse(cluster);
        });
        cluster->join(QUrl(u"redis://nobody.example:%1"_s.arg(other.port())));
        eventually([&] { return !text.isEmpty(); });
        return text;
    };
    const QString expected = u"nobody.example:%1: Connection refused"_s.arg(other.port());
    QCOMPARE(error([](QRepod::Cluster *) {}), expected);
    QCOMPARE(error([](QRepod::Cluster *cluster) { delete cluster; }), expected);
}

#endif

void tst_Addresses::onlyOneAddressGetsTheConnection()
{
    TestServer server;
    server->close();
    QVERIFY(server->listen({}, 0));
    server.logSignals();
    RecordingListener listener;
    listener.connect(u"both.example"_s, server->port());
    QVERIFY(listener.pumpUntil(u"socketConnect"_s));
    QVERIFY(listener.send(u"hello"_s) > 0);
    QVERIFY(server.receives(u"hello"_s));
    QVERIFY(server.has(1));
}

void tst_Addresses::errorNamesTheReason()
{
    RawServer server; // not at these addresses
    RecordingListener listener;
    listener.connect(u"nobody.example"_s, server.port());
    QVERIFY(listener.pumpUntil(u"error"_s));
    QCOMPARE(listener.error, u"nobody.example:%1: Connection refused"_s.arg(server.port()));
    QCOMPARE(listener.actions(), QStringList({u"error"_s}));
}

void tst_Addresses::errorNamesEveryReasonIfTheyDiffer()
{
    RawServer server;
    RecordingListener listener;
    listener.connect(u"differing.example"_s, server.port());
    QVERIFY(listener.pumpUntil(u"error"_s));
    const QString expected =
        u"differing.example:%1: 127.0.0.3: Connection refused; 255.255.255.255: "_s.arg(
            server.port());
    QVERIFY2(listener.error.startsWith(expected), qPrintable(listener.error));
}

void tst_Addresses::silentHostTimesOut()
{
    Server server;
    const SilentAddress silent(server);
    RecordingListener listener;
    listener.setConnectTimeout(300);
    listener.connect(u"mute.example"_s, silent.port());
    QVERIFY(listener.pumpUntil(u"error"_s));
    QCOMPARE(listener.error,
             u"mute.example:%1: connecting timed out after 300 ms"_s.arg(silent.port()));
}

void tst_Addresses::closingWhileAddressesAreTriedEndsSilently()
{
    Server server;
    const SilentAddress silent(server);
    RecordingListener listener;
    listener.connect(u"mute.example"_s, silent.port());
    listener.close();
    listener.connect(u"127.0.0.1"_s, silent.port());
    QVERIFY(listener.pumpUntil(u"socketConnect"_s));
    QCOMPARE(listener.actions(), QStringList({u"connected"_s, u"socketConnect"_s}));
}

void tst_Addresses::destructorWhileAddressesAreTried()
{
    Server server;
    const SilentAddress silent(server);
    for (const QString &host : {u"mute.example"_s, u"silent.example"_s}) {
        auto listener = std::make_unique<RecordingListener>();
        listener->connect(host, silent.port());
        listener.reset();
    }
    QVERIFY(server.isListening());
}

void tst_Addresses::emptyHostIsEveryAddress()
{
    const QList<QHostAddress> own = QNetworkInterface::allAddresses();
    QList<QHostAddress> addresses = {QHostAddress(QHostAddress::LocalHost)};
    if (own.contains(QHostAddress(QHostAddress::LocalHostIPv6)))
        addresses << QHostAddress(QHostAddress::LocalHostIPv6);
    Server server;
    QVERIFY(server.listen({}, 0));
    for (const QHostAddress &address : std::as_const(addresses)) {
        RecordingListener listener;
        listener.connect(address.toString(), server.port());
        QVERIFY(listener.pumpUntil(u"socketConnect"_s));
        QVERIFY(eventually([&] { return server.channels().size() == 1; }));
        const bool isIpv6 = address.protocol() == QAbstractSocket::IPv6Protocol;
        const QString expected = isIpv6 ? u"[::1]:"_s : u"127.0.0.1:"_s;
        QVERIFY2(server.channels().first()->address().startsWith(expected),
                 qPrintable(server.channels().first()->address()));
        listener.close();
        QVERIFY(eventually([&] { return server.channels().isEmpty(); }));
    }
}

void tst_Addresses::portsAreNotCutOff()
{
    for (const int port : {70'000, -1, 65'536 + 5'071}) {
        Server server;
        QVERIFY(!server.listen({}, port));
        QVERIFY2(server.errorString().contains(QString::number(port)),
                 qPrintable(server.errorString()));
        RecordingListener listener;
        listener.connect(u"127.0.0.1"_s, port);
        QVERIFY(listener.pumpUntil(u"error"_s));
        QCOMPARE(listener.error, u"127.0.0.1:%1: a port is a number from 1 to 65535"_s.arg(port));
        QCOMPARE(listener.connection()->port(), 0);
    }
}

QTEST_GUILESS_MAIN(tst_Addresses)
#include "tst_addresses.moc"

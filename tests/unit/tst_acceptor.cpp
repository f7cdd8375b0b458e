// SPDX-License-Identifier: MIT

//! How clients are accepted: a few at a time, even when the process is out of descriptors, and
//! whatever the receiver does.

#include "support/eventually.h"
#include "support/literals.h"
#include "transport/acceptor.h"

#include <QtCore/qcoreevent.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qsocketnotifier.h>
#include <QtCore/qthread.h>
#include <QtNetwork/qhostaddress.h>
#include <QtTest/qtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

using namespace QRepod;

namespace {

int check(int result)
{
    if (result < 0)
        qFatal("a system call of the test failed: %s", strerror(errno));
    return result;
}

//! A descriptor that the destructor closes.
class Descriptor
{
public:
    explicit Descriptor(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    Descriptor(Descriptor &&other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    {
    }
    Descriptor &operator=(Descriptor &&) = delete;
    ~Descriptor()
    {
        if (m_descriptor != -1)
            ::close(m_descriptor);
    }

    operator int() const { return m_descriptor; }

private:
    int m_descriptor;
};

Descriptor client(quint16 port)
{
    Descriptor descriptor(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    check(::connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address));
    return descriptor;
}

QString addressOf(int descriptor)
{
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    check(::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &size));
    return u"127.0.0.1:%1"_s.arg(ntohs(address.sin_port));
}

//! While it exists, the process gets no more descriptors.
class NoDescriptors
{
public:
    NoDescriptors()
    {
        check(::getrlimit(RLIMIT_NOFILE, &m_limit));
        rlimit lower = m_limit;
        lower.rlim_cur = rlim_t(Descriptor(::dup(0))) + 1; // the lowest free one
        check(::setrlimit(RLIMIT_NOFILE, &lower));
        for (int taken = ::dup(0); taken != -1; taken = ::dup(0))
            m_taken.emplace_back(taken);
    }
    ~NoDescriptors() { check(::setrlimit(RLIMIT_NOFILE, &m_limit)); }
    Q_DISABLE_COPY_MOVE(NoDescriptors)

private:
    rlimit m_limit = {};
    std::vector<Descriptor> m_taken;
};

//! Counts the events of one type for other objects.
class Counter : public QObject
{
public:
    explicit Counter(QEvent::Type type)
        : m_type(type)
    {
    }
    bool eventFilter(QObject *, QEvent *event) override
    {
        count += event->type() == m_type;
        return false;
    }
    int count = 0;

private:
    const QEvent::Type m_type;
};

} // namespace

class tst_Acceptor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void handsOverWhoConnects();
    void descriptorsAreNotForChildProcesses();
    void saysWhyItCannotListen();
    void acceptsAFewAtATurn();
    void whoHasGoneIsNotHandedOver();
    void pausesWithoutDescriptorsAndTellsOnce();
    void closedWhilePausedStaysClosed();
    void mayBeClosedByWhoGetsAClient();
    void closedInsideAnEventLoopOfAHandlerIsLeftAlone();
    void movesToAnotherThread();

private:
    bool accepts(size_t count)
    {
        return eventually([&] { return m_accepted.size() == count; });
    }

    std::unique_ptr<Acceptor> m_acceptor;
    std::vector<Descriptor> m_accepted;
    QStringList m_peers;
    QStringList m_failures;
    std::function<void()> m_onAccept;
};

void tst_Acceptor::init()
{
    m_acceptor = std::make_unique<Acceptor>([this](qintptr descriptor, const QString &peer) {
        m_accepted.emplace_back(int(descriptor));
        m_peers << peer;
        if (m_onAccept)
            m_onAccept();
    });
    connect(m_acceptor.get(), &Acceptor::failed, this,
            [this](const QString &reason) { m_failures << reason; });
    QVERIFY(!m_acceptor->isListening());
    QVERIFY(m_acceptor->listen(QHostAddress::LocalHost, 0));
    QVERIFY(m_acceptor->isListening());
    QVERIFY(m_acceptor->port() != 0);

    // UndefinedBehaviorSanitizer needs descriptors to find out what a QObject is, and remembers it.
    m_acceptor->close();
    QVERIFY(m_acceptor->listen(QHostAddress::LocalHost, 0));
}

void tst_Acceptor::cleanup()
{
    m_acceptor.reset();
    m_accepted.clear();
    m_peers.clear();
    m_failures.clear();
    m_onAccept = {};
}

void tst_Acceptor::handsOverWhoConnects()
{
    const Descriptor first = client(m_acceptor->port());
    const Descriptor second = client(m_acceptor->port());
    QVERIFY(accepts(2));
    QCOMPARE(m_peers, QStringList({addressOf(first), addressOf(second)}));
    char byte = 'x';
    QCOMPARE(::send(second, &byte, 1, 0), 1);
    byte = 0;
    QCOMPARE(::recv(m_accepted[1], &byte, 1, 0), 1);
    QCOMPARE(byte, 'x');
}

void tst_Acceptor::descriptorsAreNotForChildProcesses()
{
    const Descriptor one = client(m_acceptor->port());
    QVERIFY(accepts(1));
    QVERIFY(::fcntl(m_accepted[0], F_GETFD) & FD_CLOEXEC);
}

void tst_Acceptor::saysWhyItCannotListen()
{
    Acceptor other([](qintptr, const QString &) {});
    QVERIFY(!other.listen(QHostAddress::LocalHost, m_acceptor->port()));
    QVERIFY(!other.isListening());
    QVERIFY(!other.errorString().isEmpty());
}

void tst_Acceptor::acceptsAFewAtATurn()
{
    constexpr size_t count = 50;
    constexpr size_t few = 16;
    std::vector<Descriptor> clients;
    for (size_t i = 0; i < count; ++i)
        clients.push_back(client(m_acceptor->port()));
    bool areFew = true;
    QVERIFY(eventually([&] {
        const size_t before = m_accepted.size();
        QCoreApplication::processEvents();
        areFew = areFew && m_accepted.size() <= before + few;
        return m_accepted.size() == count;
    }));
    QVERIFY(areFew);
}

void tst_Acceptor::whoHasGoneIsNotHandedOver()
{
    {
        const Descriptor gone = client(m_acceptor->port());
        const linger abort{1, 0};
        check(::setsockopt(gone, SOL_SOCKET, SO_LINGER, &abort, sizeof abort));
    }
    const int next = Descriptor(::dup(0));
    const Descriptor stays = client(m_acceptor->port());
    QVERIFY(accepts(1));
    QCOMPARE(m_peers, QStringList({addressOf(stays)}));
    m_accepted.clear();
    QCOMPARE(int(stays), next);
    QCOMPARE(int(Descriptor(::dup(0))), next + 1); // the other's descriptor is not left open
}

void tst_Acceptor::pausesWithoutDescriptorsAndTellsOnce()
{
    for (int round = 1; round <= 2; ++round) {
        const Descriptor first = client(m_acceptor->port());
        const Descriptor second = client(m_acceptor->port());
        {
            const NoDescriptors none;
            int turns = 0;
            const QDeadlineTimer severalTries(250);
            QVERIFY(eventually([&] {
                ++turns;
                return severalTries.hasExpired();
            }));
            QCOMPARE(m_failures, QStringList(round, qt_error_string(EMFILE)));
            QVERIFY(m_accepted.empty());
            QVERIFY2(turns < 1'000, qPrintable(QString::number(turns))); // no busy loop
        }
        QVERIFY(accepts(2));
        m_accepted.clear();
    }
}

void tst_Acceptor::closedWhilePausedStaysClosed()
{
    connect(m_acceptor.get(), &Acceptor::failed, this, [this] { m_acceptor->close(); });
    const Descriptor one = client(m_acceptor->port());
    {
        const NoDescriptors none;
        QVERIFY(eventually([&] { return m_failures.size() == 1; }));
    }
    QVERIFY(!m_acceptor->isListening());
    char byte = 0;
    QVERIFY(::recv(one, &byte, 1, 0) <= 0); // a reset: nobody will connect
    QVERIFY(m_accepted.empty());

    QVERIFY(m_acceptor->listen(QHostAddress::LocalHost, 0));
    const Descriptor other = client(m_acceptor->port());
    {
        const NoDescriptors none;
        QVERIFY(eventually([&] { return m_failures.size() == 2; })); // it reports its own failure
    }
}

void tst_Acceptor::mayBeClosedByWhoGetsAClient()
{
    const Descriptor first = client(m_acceptor->port());
    const Descriptor second = client(m_acceptor->port());
    m_onAccept = [this] { m_acceptor->close(); };
    QVERIFY(accepts(1));
    char byte = 0;
    QVERIFY(::recv(second, &byte, 1, 0) <= 0);
    QCOMPARE(m_accepted.size(), size_t(1));

    m_onAccept = [this] { // and opened again
        m_acceptor->close();
        QVERIFY(m_acceptor->listen(QHostAddress::LocalHost, 0));
    };
    QVERIFY(m_acceptor->listen(QHostAddress::LocalHost, 0));
    const Descriptor third = client(m_acceptor->port());
    QVERIFY(accepts(2));
    const Descriptor fourth = client(m_acceptor->port());
    QVERIFY(accepts(3));
}

//! The next use of the closed socket's number does not concern the acceptor, although the event
//! loop in which it would be deleted is waiting for this one.
void tst_Acceptor::closedInsideAnEventLoopOfAHandlerIsLeftAlone()
{
    Counter activations(QEvent::SockAct);
    for (QSocketNotifier *notifier : m_acceptor->findChildren<QSocketNotifier *>())
        notifier->installEventFilter(&activations);
    const Descriptor one = client(m_acceptor->port());
    int turns = 0;
    m_onAccept = [&] {
        m_acceptor->close();
        std::array<int, 2> ends = {};
        check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()));
        const std::array<Descriptor, 2> sockets{Descriptor(ends[0]), Descriptor(ends[1])};
        for (const Descriptor &socket : sockets) // readable, as if clients were waiting
            QCOMPARE(::send(socket, "x", 1, 0), 1);
        for (; turns < 5; ++turns)
            QCoreApplication::processEvents();
    };
    QVERIFY(eventually([&] { return turns == 5; }));
    QCOMPARE(activations.count, 1);
}

void tst_Acceptor::movesToAnotherThread()
{
    QThread other;
    QThread *acceptedIn = nullptr;
    m_onAccept = [&] {
        acceptedIn = QThread::currentThread();
        m_acceptor->close();
        m_acceptor->moveToThread(QCoreApplication::instance()->thread());
        acceptedIn->quit();
    };
    m_acceptor->moveToThread(&other);
    const Descriptor one = client(m_acceptor->port());
    other.start();
    QVERIFY(other.wait(patience));
    QCOMPARE(acceptedIn, &other);
}

QTEST_GUILESS_MAIN(tst_Acceptor)
#include "tst_acceptor.moc"

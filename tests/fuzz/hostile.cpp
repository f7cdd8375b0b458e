// SPDX-License-Identifier: MIT

//! Measures what hostile input costs a server, and what the server reports. For each kind of input,
//! prints the errors and how far the peak memory is above an idle server's.
///
/// Each case has a server of its own in a new process, so that its peak is its own. The peer is
/// this process. Fails if an error is not as expected, or the memory is over the bound of the case.
/// With a sanitizer, only the errors are checked.

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qendian.h>
#include <QtCore/qfile.h>
#include <QtCore/qmap.h>
#include <QtCore/qrandom.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qsocketnotifier.h>
#include <QtCore/qtimer.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <functional>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// The server

qint64 kibibytes(const char *field)
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = status.readAll();
    const qsizetype begin = text.indexOf(field) + qsizetype(qstrlen(field)) + 1;
    return text.mid(begin, text.indexOf("kB", begin) - begin).trimmed().toLongLong();
}

void forgetPeak()
{
    QFile references(QStringLiteral("/proc/self/clear_refs"));
    if (references.open(QIODevice::WriteOnly))
        references.write("5");
}

//! Counts messages and errors. The first client warms up the server; the rest is measured.
class MeasuredServer : public QObject
{
public:
    //! Writes its port to \a output, and a byte once it measures. It is done when \a input ends.
    MeasuredServer(int input, int output)
        : m_input(input, QSocketNotifier::Read)
    {
        connect(&m_server, &QRepod::Server::channelConnected, this,
                [this](QRepod::Channel *channel) {
                    connect(channel, &QRepod::Channel::errorOccurred, this,
                            [this](const QString &error) { note(withoutAddress(error)); });
                });
        connect(&m_server, &QRepod::Server::channelDisconnected, this, [this, output] {
            if (!std::exchange(m_isMeasuring, true)) {
                withoutNumbers(QString()); // the first use takes memory
                forgetPeak();
                m_baseline = kibibytes("VmRSS:");
                write(output, "", 1);
            }
            quitIfDone();
        });
        connect(&m_input, &QSocketNotifier::activated, this, [this] {
            m_input.setEnabled(false);
            m_isDone = true;
            quitIfDone();
        });
        m_server.setChannelFactory([this] { return new CountingChannel(m_messages); });
        if (!m_server.listen(QStringLiteral("127.0.0.1"), 0))
            qFatal("%s", qUtf8Printable(m_server.errorString()));
        const quint16 port = m_server.port();
        write(output, &port, sizeof port);
    }

    //! \return whether everything is as expected.
    bool report(const char *name, const QString &expected, qint64 bound) const
    {
        const double peak = double(kibibytes("VmHWM:") - m_baseline) / 1024;
        printf("%-52s %8.1f MiB %8d messages\n", name, std::max(0.0, peak), m_messages - 1);
        for (const auto &[first, count] : m_errors)
            printf("    %6d x %s\n", count, qUtf8Printable(first));
        const bool isExpected = expected.isEmpty()
            ? m_errors.isEmpty()
            : m_errors.value(withoutNumbers(expected)).count > 0;
        if (!isExpected)
            printf("    FAILED: expected \"%s\"\n", qUtf8Printable(expected));
#ifdef QREPOD_SANITIZED
        return isExpected;
#endif
        if (peak > double(bound))
            printf("    FAILED: over the bound of %d MiB\n", int(bound));
        return isExpected && peak <= double(bound);
    }

private:
    class CountingChannel : public QRepod::Channel
    {
    public:
        explicit CountingChannel(int &messages)
            : m_messages(messages)
        {
        }
        void network_received(const QVariantMap &) override { ++m_messages; }

    private:
        int &m_messages;
    };

    //! An error, and others that differ only in their numbers.
    struct Error
    {
        QString first;
        int count = 0;
    };

    void note(const QString &text)
    {
        Error &error = m_errors[withoutNumbers(text)];
        if (error.count++ == 0)
            error.first = text;
    }

    static QString withoutNumbers(QString text)
    {
        static const QRegularExpression numbers(QStringLiteral("[0-9]+"));
        return text.replace(numbers, QStringLiteral("N"));
    }

    static QString withoutAddress(const QString &error)
    {
        return error.mid(error.indexOf(QLatin1String(": ")) + 2);
    }

    void quitIfDone()
    {
        if (m_isDone && m_server.channels().isEmpty()) // later, because a peer may be waiting
            QTimer::singleShot(100, this, [this] {
                if (m_server.channels().isEmpty())
                    QCoreApplication::quit();
            });
    }

    QRepod::Server m_server;
    QSocketNotifier m_input;
    QMap<QString, Error> m_errors; // by text without numbers
    int m_messages = 0;
    qint64 m_baseline = 0;
    bool m_isMeasuring = false;
    bool m_isDone = false;
};

// The peer

class Peer
{
public:
    explicit Peer(quint16 port)
        : m_descriptor(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = qToBigEndian(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(m_descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            qFatal("cannot connect");
        const int enabled = 1;
        setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &enabled, sizeof enabled);
    }

    //! Waits until the server has closed too.
    ~Peer()
    {
        ::shutdown(m_descriptor, SHUT_WR);
        std::array<char, 4096> dropped;
        while (::recv(m_descriptor, dropped.data(), dropped.size(), 0) > 0) { }
        ::close(m_descriptor);
    }
    Q_DISABLE_COPY_MOVE(Peer)

    //! Sends \a bytes; ends early if the server has closed.
    void send(QByteArrayView bytes) const
    {
        while (!bytes.isEmpty()) {
            const ssize_t sent =
                ::send(m_descriptor, bytes.data(), size_t(bytes.size()), MSG_NOSIGNAL);
            if (sent <= 0)
                return;
            bytes = bytes.sliced(sent);
        }
    }

private:
    const int m_descriptor;
};

QByteArray frame(const QByteArray &payload)
{
    QByteArray bytes(4, '\0');
    qToBigEndian(quint32(payload.size()), bytes.data());
    return bytes + payload;
}

//! Returns a message whose field `v` is \a value in MessagePack.
QByteArray messageWith(const QByteArray &value)
{
    return frame("\x82\xa6"
                 "action"
                 "\xa1x\xa1v"
                 + value);
}

QByteArray hex(const char *digits)
{
    return QByteArray::fromHex(digits);
}

QVariantMap typicalMessage()
{
    return {
        {QStringLiteral("action"), QStringLiteral("state")},
        {QStringLiteral("names"), QVariantList{QStringLiteral("Ann"), QStringLiteral("h\u00e9")}},
        {QStringLiteral("ball"), QVariantMap{{QStringLiteral("x"), 1.5}, {QStringLiteral("y"), 7}}},
        {QStringLiteral("data"), QByteArray(20, '\x01')}};
}

QByteArray randomBytes(QRandomGenerator &random, int most)
{
    QByteArray bytes(random.bounded(1, most), '\0');
    for (char &byte : bytes)
        byte = char(random.bounded(256));
    return bytes;
}

//! Returns \a count entries of a map, with numbers as keys.
QByteArray entries(quint32 count)
{
    QByteArray bytes;
    for (quint32 i = 0; i < count; ++i)
        bytes += '\xa7' + QByteArray::number(i + 1'000'000) + '\xc0';
    return bytes;
}

struct Case
{
    const char *name;
    const char *expected; ///< one of the errors; empty for none
    int bound;            ///< for the memory, in MiB
    std::function<void(quint16 port)> attack;
};

//! Returns an attack by one client that sends \a bytes.
std::function<void(quint16)> sends(const QByteArray &bytes)
{
    return [bytes](quint16 port) { Peer(port).send(bytes); };
}

void truncatedStream(quint16 port)
{
    const QByteArray bytes = QRepod::encode(typicalMessage());
    for (qsizetype size = 1; size < bytes.size(); ++size)
        Peer(port).send(bytes.first(size));
}

void truncatedPayload(quint16 port)
{
    const QByteArray payload = QRepod::encode(typicalMessage()).sliced(4);
    for (qsizetype size = 0; size < payload.size(); ++size)
        Peer(port).send(frame(payload.first(size)));
}

void randomStreams(quint16 port)
{
    QRandomGenerator random(1);
    for (int i = 0; i < 1'000; ++i)
        Peer(port).send(randomBytes(random, 4096));
}

void randomPayloads(quint16 port)
{
    QRandomGenerator random(2);
    for (int i = 0; i < 1'000; ++i)
        Peer(port).send(frame(randomBytes(random, 200)));
}

//! The system delivers each byte separately; the last byte of the second frame never comes.
void slowLoris(quint16 port)
{
    const Peer peer(port);
    const QByteArray bytes = messageWith(hex("da4000") + QByteArray(0x4000, 'x'));
    const QByteArray both = bytes + bytes.chopped(1);
    for (const char &byte : both)
        peer.send(QByteArrayView(&byte, 1));
}

//! All of them at once, each one byte into a frame that claims to have the largest allowed size.
void manySlowLoris(quint16 port)
{
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 200; ++i)
        peers.push_back(std::make_unique<Peer>(port));
    const QByteArray bytes = hex("01000000c6") + QByteArray(1'000, 'x');
    for (const char &byte : bytes) {
        for (const auto &peer : peers)
            peer->send(QByteArrayView(&byte, 1));
    }
}

//! The same, but each sends one byte per second, which the system cannot combine.
void slowLorisesPerSecond(quint16 port, int seconds)
{
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 200; ++i)
        peers.push_back(std::make_unique<Peer>(port));
    const QByteArray bytes = hex("01000000c6") + QByteArray(seconds, 'x');
    for (const char &byte : bytes.first(seconds)) {
        for (const auto &peer : peers)
            peer->send(QByteArrayView(&byte, 1));
        ::sleep(1);
    }
}

std::vector<Case> cases(int seconds)
{
    constexpr int small = 2;
    const QByteArray mebibyte(1024 * 1024, '\xc0');
    const QByteArray tiny = frame("\x81\xa6"
                                  "action"
                                  "\xa1x");
    QByteArray values = hex("dd0001869e") + mebibyte.first(99'998);
    return {
        {"header claims 4 GiB, 1 MiB follows",
         "frame of 4294967295 bytes is over the limit of 16777216", small,
         sends(hex("ffffffff") + mebibyte)},
        {"header claims 16 MiB, 1 KiB follows", "the peer closed after 1028 bytes of a frame",
         small, sends(hex("01000000") + mebibyte.first(1024))},
        {"100,000 nested arrays", "nesting of 65 levels is over the limit of 64", small,
         sends(frame(QByteArray(100'000, '\x91')))},
        {"100,000 nested maps", "nesting of 65 levels is over the limit of 64", small,
         sends(frame(QByteArray("\x81\xa0").repeated(100'000)))},
        {"array claims 2^32 - 1 elements",
         "message of 4294967297 values is over the limit of 100000", small,
         sends(messageWith(hex("ddffffffff")))},
        {"map claims 2^32 - 1 entries", "message of 4294967297 values is over the limit of 100000",
         small, sends(messageWith(hex("dfffffffff")))},
        {"array claims 99,998 elements, has none", "payload ends in the middle of a value", small,
         sends(messageWith(hex("dd0001869e")))},
        {"text claims 4 GiB", "payload ends in the middle of a value", small,
         sends(messageWith(hex("dbffffffff")))},
        {"extension claims 4 GiB", "payload ends in the middle of a value", small,
         sends(messageWith(hex("c9ffffffff05")))},
        {"invalid UTF-8 in a value", "text that is not UTF-8", small,
         sends(messageWith(hex("a2c0af")))},
        {"invalid UTF-8 in a key", "text that is not UTF-8", small,
         sends(messageWith(hex("81a3eda08001")))},
        {"stream cut at every byte", "the peer closed after 1 bytes of a frame", small,
         truncatedStream},
        {"payload cut at every byte", "payload ends in the middle of a value", small,
         truncatedPayload},
        {"random bytes, 1,000 clients", "frame of 1 bytes is over the limit of 1", small,
         randomStreams},
        {"random payloads, 1,000 clients", "text that is not UTF-8", small, randomPayloads},
        {"slow loris: a frame of 16 KiB and a bit, bytewise",
         "the peer closed after 16401 bytes of a frame", small, slowLoris},
        {"200 slow lorises at a time, frames of 16 MiB begun",
         "the peer closed after 1005 bytes of a frame", 8, manySlowLoris},
        {"200 slow lorises at a time, a byte a second", "the peer closed after 3 bytes of a frame",
         8, [seconds](quint16 port) { slowLorisesPerSecond(port, seconds); }},
        {"for comparison: as many values as are allowed", "", 8, sends(messageWith(values))},
        {"for comparison: the same in a map, each with a key", "", 32,
         sends(messageWith(hex("df0001869e") + entries(99'998)))},
        {"for comparison: 15 MiB of text", "", 100,
         sends(messageWith(hex("db00f00000") + QByteArray(15 * 1024 * 1024, 'x')))},
        {"for comparison: 1,000,000 messages without a pause", "", 100,
         sends(tiny.repeated(1'000'000))},
    };
}

//! The other side of run(), in a fresh process.
int serve(char **arguments)
{
    int argc = 1;
    std::array<char *, 2> argv = {arguments[0], nullptr};
    QCoreApplication application(argc, argv.data());
    const MeasuredServer server(atoi(arguments[1]), atoi(arguments[2]));
    QCoreApplication::exec();
    return server.report(arguments[3], QString::fromUtf8(arguments[4]), atoi(arguments[5])) ? 0 : 1;
}

bool run(const Case &what)
{
    std::array<int, 2> toServer;
    std::array<int, 2> toPeer;
    if (pipe(toServer.data()) != 0 || pipe(toPeer.data()) != 0)
        qFatal("no pipes");
    const QByteArray input = QByteArray::number(toServer[0]);
    const QByteArray output = QByteArray::number(toPeer[1]);
    const QByteArray bound = QByteArray::number(what.bound);
    const pid_t child = fork();
    if (child == 0) {
        close(toServer[1]);
        close(toPeer[0]);
        execl("/proc/self/exe", "hostile", input.constData(), output.constData(), what.name,
              what.expected, bound.constData(), nullptr);
        _exit(1);
    }
    close(toServer[0]);
    close(toPeer[1]);
    quint16 port = 0;
    char isReady = 0;
    if (read(toPeer[0], &port, sizeof port) == sizeof port) {
        Peer(port).send(QRepod::encode(typicalMessage()));
        if (read(toPeer[0], &isReady, 1) == 1)
            what.attack(port);
    }
    close(toServer[1]);
    close(toPeer[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 2)
        return serve(argv);
    const int seconds = argc > 1 ? atoi(argv[1]) : 3; // that the slowest case takes
    int failures = 0;
    for (const Case &what : cases(seconds))
        failures += run(what) ? 0 : 1;
    printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}

// SPDX-License-Identifier: MIT
#include "scenarios/scenarios.h"
#include "session.h"
#include "threadtimes.h"

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfile.h>
#include <QtCore/qprocess.h>
#include <QtCore/qthread.h>

#include <cmath>

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

const QString copiesOption("--copies-of-an-echo");
constexpr qsizetype payloadSize = 16 * 1024 * 1024;
constexpr qint64 limit = 2 * payloadSize; // the frame is slightly larger than the payload

QVariantMap message(const QString &action, const QVariant &data)
{
    return {{"action", action}, {"data", data}};
}

QVariantMap blob(const QByteArray &data)
{
    return message("blob", data);
}

class BlobChannel : public QRepod::Channel
{
    Q_OBJECT

    Q_SLOT void Network_blob(const QByteArray &data) { send(blob(data)); }
    Q_SLOT void Network_map(const QVariantMap &message) { send(message); }
    Q_SLOT void Network_text(const QString &data) { send(message("text", data)); }
};

class BlobListener : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    Q_SLOT void Network_blob(const QByteArray &data) { received += data.size(); }
    Q_SLOT void Network_map(const QVariantMap &map)
    {
        received += map.value("data").toByteArray().size();
    }
    Q_SLOT void Network_text(const QString &data) { received += data.size(); }
    qint64 received = 0;
};

//! An echo server in its background thread.
class BlobServer
{
public:
    BlobServer()
    {
        m_server.setChannelClass<BlobChannel>();
        m_server.setMaximumFrameSize(limit);
        m_server.setMaximumSendBacklog(limit);
        m_server.startBackground();
        m_server.listen("127.0.0.1", 0);
    }
    quint16 port() const { return m_server.port(); }

private:
    QRepod::Server m_server;
};

qint64 pageFaults()
{
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

//! Measures \a echo a number of times, with its fresh pages, after it has run once.
template <class Echo>
Sample measure(int echoes, Echo echo)
{
    echo();
    const qint64 faultsBefore = pageFaults();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < echoes; ++i)
        echo();
    const double seconds = secondsSince(start);
    const double messages = 2.0 * echoes;
    return {{{"MiB/s", double(echoes) * double(payloadSize) / 1'048'576 / seconds},
             {"page faults/message", double(pageFaults() - faultsBefore) / messages}},
            {}};
}

Sample qrepod(int echoes, const QVariantMap &message)
{
    const BlobServer server;
    BlobListener client;
    client.setMaximumFrameSize(limit);
    client.setAutoPump(true);
    client.connect("127.0.0.1", server.port());
    const auto wait = [] { QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents); };
    while (client.state() != QRepod::ConnectionListener::State::Connected)
        wait();

    return measure(echoes, [&] {
        client.received = 0;
        client.send(message);
        while (client.received < payloadSize)
            wait();
    });
}

int connectTo(quint16 port)
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("cannot connect");
    return descriptor;
}

void sendAll(int socket, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t sent = ::send(socket, bytes.data(), size_t(bytes.size()), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes = bytes.sliced(sent);
    }
}

bool receiveAll(int socket, QByteArray &bytes)
{
    const auto size = size_t(bytes.size());
    return ::recv(socket, bytes.data(), size, MSG_WAITALL) == ssize_t(size);
}

//! Blocking sockets at both ends: each message is received whole, then sent back.
Sample sockets(int echoes)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    ::listen(listener, 1);
    sockaddr_in address;
    socklen_t size = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size);
    std::thread server([listener] {
        const int socket = ::accept(listener, nullptr, nullptr);
        QByteArray bytes(payloadSize, Qt::Uninitialized);
        while (receiveAll(socket, bytes))
            sendAll(socket, bytes);
        ::close(socket);
    });
    const int client = connectTo(ntohs(address.sin_port));
    QByteArray bytes(payloadSize, 'x');
    const Sample sample = measure(echoes, [&] {
        sendAll(client, bytes);
        receiveAll(client, bytes);
    });
    ::close(client);
    server.join();
    ::close(listener);
    return sample;
}

double statusMib(QByteArrayView field)
{
    QFile status("/proc/self/status");
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith(field))
            return line.mid(field.size()).trimmed().split(' ').first().toDouble() / 1'024;
    }
    return 0;
}

//! Returns how much more memory there was at the peak of an echo than before, in payloads. The
//! client allocates none: it sends what it has, and drops what comes back.
double copies()
{
    const BlobServer server;
    const QByteArray frame = QRepod::encode(blob(QByteArray(payloadSize - 64, 'x')));
    const int client = connectTo(server.port());
    QThread::msleep(100);
    malloc_trim(0);
    QFile peak("/proc/self/clear_refs"); // "5" resets the peak
    if (peak.open(QIODevice::WriteOnly))
        peak.write("5");
    peak.close();
    const double before = statusMib("VmRSS:");

    std::thread reader([client, size = frame.size()] {
        std::vector<char> dropped(64 * 1024);
        for (qsizetype left = size; left > 0;) {
            const ssize_t received = ::recv(client, dropped.data(), dropped.size(), 0);
            if (received <= 0)
                return;
            left -= received;
        }
    });
    sendAll(client, frame);
    reader.join();
    ::close(client);
    const double more = (statusMib("VmHWM:") - before) / (payloadSize / 1'048'576.0);
    return std::round(more * 20) / 20; // besides copies there are small allocations
}

//! Runs in a process of its own, whose heap holds nothing that could be reused.
Sample copiesOfFreshProcess()
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QCoreApplication::applicationFilePath(), {copiesOption});
    if (!process.waitForFinished())
        qFatal("%s", qPrintable(process.errorString()));
    return {{{"copies", process.readAllStandardOutput().toDouble()}}, {}};
}

} // namespace

bool Scenarios::printCopies(const QStringList &arguments)
{
    if (!arguments.contains(copiesOption))
        return false;
    std::printf("%f\n", copies());
    return true;
}

Scenario Scenarios::largePayload(bool isQuick)
{
    const int echoes = isQuick ? 3 : 10;
    return {"large-payload",
            "16 MiB of bytes there and back",
            {{"QRepod", [=] { return qrepod(echoes, blob(QByteArray(payloadSize, 'x'))); }},
             {"QRepod, whole map",
              [=] { return qrepod(echoes, message("map", QByteArray(payloadSize, 'x'))); }},
             {"QRepod, text",
              [=] { return qrepod(echoes, message("text", QString(payloadSize, u'x'))); }},
             {"sockets, blocking", [=] { return sockets(echoes); }},
             {"QRepod's server", copiesOfFreshProcess}},
            {{"MiB/s", "QRepod", "sockets, blocking", Target::AtLeast, 0.5},
             {"copies", "QRepod's server", {}, Target::AtMost, 3}}};
}

#include "largepayload.moc"

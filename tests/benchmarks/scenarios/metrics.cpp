// SPDX-License-Identifier: MIT
#include "message.h"
#include "scenarios/rawclients.h"
#include "scenarios/scenarios.h"
#include "threadtimes.h"

#include <QRepod/Server>
#ifdef QREPOD_BENCH_MONITOR
#    include <QRepod/MetricsPage>
#endif

#include <QtCore/qthread.h>
#include <QtNetwork/qtcpsocket.h>

namespace {

constexpr int ticksPerSecond = 20; // of a game

//! Who reads the figures, once per second of the game.
enum class Reader { Nobody, Caller, Http };

//! A server in a thread of its own, and its figures.
class Watched
{
public:
    Watched()
    {
        m_thread.setObjectName("server");
        m_context.moveToThread(&m_thread);
        m_thread.start();
        inThread([this] {
            m_server = std::make_unique<QRepod::Server>();
            m_server->listen("127.0.0.1", 0);
#ifdef QREPOD_BENCH_MONITOR
            m_page = std::make_unique<QRepod::MetricsPage>(m_server.get());
            m_page->listen("127.0.0.1", 0);
#endif
        });
    }

    ~Watched()
    {
        inThread([this] {
#ifdef QREPOD_BENCH_MONITOR
            m_page.reset();
#endif
            m_server.reset();
        });
        m_thread.quit();
        m_thread.wait();
    }
    Q_DISABLE_COPY_MOVE(Watched)

    quint16 port() const
    {
        return m_server->port();
    }

    void broadcast()
    {
        QMetaObject::invokeMethod(&m_context, [this] { m_server->sendToAll(moveMessage()); });
    }

    void read(Reader reader)
    {
        if (reader == Reader::Caller)
            inThread([this] { m_server->metrics(); });
#ifdef QREPOD_BENCH_MONITOR
        if (reader == Reader::Http)
            scrape();
#endif
    }

private:
    template <class Function>
    void inThread(Function function)
    {
        QMetaObject::invokeMethod(&m_context, function, Qt::BlockingQueuedConnection);
    }

#ifdef QREPOD_BENCH_MONITOR
    //! Reads the figures like Prometheus, on a persistent connection.
    void scrape()
    {
        if (m_scraper.state() == QTcpSocket::UnconnectedState)
            m_scraper.connectToHost("127.0.0.1", m_page->port());
        m_scraper.waitForConnected();
        m_scraper.write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QByteArray answer;
        qsizetype size = -1; // of the whole answer
        while (size < 0 || answer.size() < size) {
            if (!m_scraper.waitForReadyRead())
                qFatal("the page does not answer");
            answer += m_scraper.readAll();
            const qsizetype head = answer.indexOf("\r\n\r\n");
            const qsizetype length = answer.toLower().indexOf("content-length:");
            if (size < 0 && head >= 0 && length >= 0)
                size = head + 4 + answer.mid(length + 15).split('\r')[0].trimmed().toLongLong();
        }
    }

    std::unique_ptr<QRepod::MetricsPage> m_page;
    QTcpSocket m_scraper;
#endif
    QThread m_thread;
    QObject m_context;
    std::unique_ptr<QRepod::Server> m_server;
};

//! Plays a number of seconds of a game that sends to all clients in each tick, as fast as possible.
Sample play(int clientCount, int seconds, Reader reader)
{
    Watched server;
    RawClients clients(server.port(), clientCount);
    clients.settle();
    server.read(reader); // what is done only once
    double reading = 0;
    const ThreadTimes before = ThreadTimes::now();
    for (int i = 0; i < seconds * ticksPerSecond; ++i) {
        server.broadcast();
        clients.receive(moveFrame().size() * clientCount);
        if (i % ticksPerSecond != 0)
            continue;
        const ThreadTimes then = ThreadTimes::now();
        server.read(reader);
        reading += ThreadTimes::now().since(then)["server"];
    }
    Sample sample;
    const double total = ThreadTimes::now().since(before)["server"];
    sample.values["game thread us/second"] = total / 1e3 / seconds;
    if (reader != Reader::Nobody)
        sample.values["us/reading"] = reading / 1e3 / seconds;
    return sample;
}

} // namespace

Scenario Scenarios::metrics(bool isQuick)
{
    const int seconds = isQuick ? 3 : 30;
    Scenario scenario{"metrics", "figures read once a second, 20 ticks a second to all", {}, {}};
    const auto add = [&](const QString &name, int clients, Reader reader) {
        scenario.contenders.push_back({name, [=] { return play(clients, seconds, reader); }});
    };
    add("1,000 clients, not read", 1'000, Reader::Nobody);
    add("10 clients, metrics()", 10, Reader::Caller);
    add("1,000 clients, metrics()", 1'000, Reader::Caller);
#ifdef QREPOD_BENCH_MONITOR
    add("1,000 clients, by HTTP", 1'000, Reader::Http);
    scenario.targets.push_back({"game thread us/second", "1,000 clients, by HTTP",
                                "1,000 clients, not read", Target::AtMost, 1.1});
#endif
    return scenario;
}

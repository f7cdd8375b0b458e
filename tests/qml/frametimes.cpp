// SPDX-License-Identifier: MIT
// The time between the frames of a QML scene in which many things move, in turns by the scene
// itself and by messages that arrive; then with things all of which move in each frame, by the
// scene itself and as rows of a shared model that change 30 times a second, drawn by two
// Interpolators each:
//
//     frametimes [--seconds 5] [--turns 3] [--rate 2000] [--things 200]
//
// The server sends from a thread of its own, as one in another process would. A frame is missed
// when it comes more than one and a half periods of 60 Hz after the one before. Without a screen
// there is no vertical sync: a scene that changes more often than 60 times a second is shown more
// often, too.

#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/QAbstractListModel>
#include <QtCore/QCommandLineParser>
#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>
#include <QtCore/QTimer>
#include <QtCore/QtPlugin>
#include <QtGui/QGuiApplication>
#include <QtQml/QQmlApplicationEngine>
#include <QtQuick/QQuickWindow>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>
#include <vector>

#ifdef QREPOD_STATIC
Q_IMPORT_PLUGIN(QRepodPlugin)
#endif

using namespace std::chrono_literals;

namespace {

constexpr double missedAfter = 1.5 * 1000.0 / 60.0; // milliseconds

//! Things that go round, all of them 30 times a second.
class Things : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { WayX = Qt::UserRole, WayY };

    Things(int count, QObject *parent)
        : QAbstractListModel(parent)
        , m_count(count)
    {
    }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : m_count;
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        const double angle = m_clock * 1.0 + index.row();
        const double radius = 40 + index.row() % 240;
        return float(role == WayX ? 400 + radius * std::cos(angle)
                                  : 300 + radius * std::sin(angle));
    }
    QHash<int, QByteArray> roleNames() const override { return {{WayX, "wayX"}, {WayY, "wayY"}}; }

    //! In the thread that they live in.
    Q_INVOKABLE void move()
    {
        m_clock = double(QRepod::Server::time()) / 1e3;
        Q_EMIT dataChanged(index(0), index(m_count - 1), {WayX, WayY});
    }

private:
    const int m_count;
    double m_clock = 0; // seconds
};

//! Sends messages at an even rate while it is told to, and shares Things, until it is destroyed.
class Traffic
{
public:
    Traffic(qint64 rate, int things)
        : m_rate(rate)
    {
        m_things = new Things(things, &m_server); // moves to the server's thread with it
        m_server.everyone()->setSyncInterval(0);
        m_server.everyone()->share(QStringLiteral("things"), m_things);
        m_server.startBackground();
        m_server.listen(QStringLiteral("127.0.0.1"), 0);
        m_thread = std::thread([this] { run(); });
    }

    ~Traffic()
    {
        m_isStopped = true;
        m_thread.join();
    }

    int port() const { return m_server.port(); }
    void setSending(bool isSending) { m_isSending = isSending; }

private:
    Q_DISABLE_COPY_MOVE(Traffic)

    void run()
    {
        const auto start = std::chrono::steady_clock::now();
        for (qint64 number = 0; !m_isStopped; ++number) {
            std::this_thread::sleep_until(start + number * std::chrono::nanoseconds(1s) / m_rate);
            if (number % std::max<qint64>(1, m_rate / 30) == 0)
                QMetaObject::invokeMethod(m_things, "move", Qt::QueuedConnection);
            if (!m_isSending)
                continue;
            m_server.sendToAll({{QStringLiteral("action"), QStringLiteral("move")},
                                {QStringLiteral("id"), number % 100},
                                {QStringLiteral("x"), double(number % 788)},
                                {QStringLiteral("y"), double(number * 7 % 588)}});
        }
    }

    const qint64 m_rate;
    QRepod::Server m_server;
    Things *m_things = nullptr;
    std::atomic<bool> m_isStopped = false;
    std::atomic<bool> m_isSending = false;
    std::thread m_thread;
};

//! The milliseconds between the frames that \a window shows in the next \a seconds.
std::vector<double> measure(QQuickWindow &window, int seconds)
{
    std::vector<double> times;
    QElapsedTimer timer;
    QEventLoop loop;
    const auto connection = QObject::connect(&window, &QQuickWindow::frameSwapped, &loop, [&] {
        if (timer.isValid())
            times.push_back(double(timer.nsecsElapsed()) / 1e6);
        timer.start();
    });
    QTimer::singleShot(seconds * 1000, &loop, &QEventLoop::quit);
    loop.exec();
    QObject::disconnect(connection);
    std::sort(times.begin(), times.end());
    return times;
}

void print(const char *what, const std::vector<double> &times, int seconds, int moves)
{
    if (times.empty()) {
        std::printf("no frames\n");
        return;
    }
    const auto quantile = [&](double share) {
        return times[std::min(times.size() - 1, size_t(share * double(times.size())))];
    };
    const auto missed =
        std::count_if(times.begin(), times.end(), [](double time) { return time > missedAfter; });
    std::printf("%-8s %7d %8.1f %8.2f %8.2f %8.2f %8.2f %8.2f%%\n", what, moves / seconds,
                double(times.size()) / seconds, quantile(0.5), quantile(0.95), quantile(0.99),
                times.back(), 100.0 * double(missed) / double(times.size()));
}

} // namespace

int main(int argc, char **argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    if (!qEnvironmentVariableIsSet("QT_QUICK_BACKEND"))
        qputenv("QT_QUICK_BACKEND", "software");
    const QGuiApplication application(argc, argv);

    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOption({QStringLiteral("seconds"), QStringLiteral("length of a turn"),
                      QStringLiteral("n"), QStringLiteral("5")});
    parser.addOption({QStringLiteral("turns"), QStringLiteral("pairs of turns"),
                      QStringLiteral("n"), QStringLiteral("3")});
    parser.addOption({QStringLiteral("rate"), QStringLiteral("messages a second"),
                      QStringLiteral("n"), QStringLiteral("2000")});
    parser.addOption({QStringLiteral("things"), QStringLiteral("rows of the shared model"),
                      QStringLiteral("n"), QStringLiteral("200")});
    parser.process(application);
    const int seconds = parser.value(QStringLiteral("seconds")).toInt();
    const int turns = parser.value(QStringLiteral("turns")).toInt();

    const int rate = parser.value(QStringLiteral("rate")).toInt();
    const int things = parser.value(QStringLiteral("things")).toInt();

    Traffic traffic(rate, things);
    QQmlApplicationEngine engine;
    engine.addImportPath(QStringLiteral(QREPOD_QML_IMPORT_PATH));
    engine.setInitialProperties({{QStringLiteral("port"), traffic.port()},
                                 {QStringLiteral("rate"), rate},
                                 {QStringLiteral("things"), things}});
    engine.load(QUrl::fromLocalFile(QStringLiteral(QREPOD_FRAMETIMES_SCENE)));
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().value(0));
    if (!window)
        return 1;

    measure(*window, 1);
    std::printf(
        "moved by moves/s frames/s   median      95%%      99%%      max   missed   (ms)\n");
    constexpr std::array<const char *, 4> movers = {"itself", "messages", "frames", "state"};
    for (size_t turn = 0; turn < movers.size() * size_t(turns); ++turn) {
        const char *const mover = movers[turn % movers.size()];
        traffic.setSending(turn % movers.size() == 1);
        window->setProperty("mover", QString::fromLatin1(mover));
        measure(*window, 1);
        const int before = window->property("moves").toInt();
        const std::vector<double> times = measure(*window, seconds);
        print(mover, times, seconds, window->property("moves").toInt() - before);
    }
    return 0;
}

#include "frametimes.moc"

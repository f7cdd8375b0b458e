// SPDX-License-Identifier: MIT
// An engine that is destroyed in the middle of traffic, over and over.

#include <QRepod/ConnectionListener>
#include <QRepod/Server>

#include <QtCore/QDir>
#include <QtCore/QtPlugin>
#include <QtQml/QQmlComponent>
#include <QtQml/QQmlEngine>
#include <QtTest/QTest>

#include <memory>

#ifdef QREPOD_STATIC
Q_IMPORT_PLUGIN(QRepodPlugin)
#endif

namespace {

constexpr int rounds = 100;

// Warm-up: pools and caches that the process keeps.
constexpr int firstRounds = 10;

//! The server and the client send to each other without end.
constexpr auto traffic = R"(
import QtQml
import QRepod

QtObject {
    id: root

    property int count: 0
    property Server server: Server {
        port: 0
        active: true

        function network_ping(channel, data) {
            channel.send(data);
            sendToAll("other", {list: [1, {a: new Date()}], bytes: new Uint8Array(100)});
        }
    }
    property ConnectionListener listener: ConnectionListener {
        port: root.server.actualPort
        active: true
        onConnected: {
            for (let i = 0; i < 10; ++i)
                send("ping", {value: i, list: ["a"]});
        }

        function network_ping(data) {
            ++root.count;
            send(data);
        }
        function network_received(data) {
            ++root.count;
        }
    }
}
)";

struct Resources
{
    qsizetype threads;
    qsizetype descriptors;

    static Resources ofThisProcess()
    {
        const auto count = [](const char *folder) {
            return QDir(QString::fromLatin1(folder))
                .entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::System)
                .size();
        };
        return {count("/proc/self/task"), count("/proc/self/fd")};
    }
};

struct Application
{
    std::unique_ptr<QQmlEngine> engine = std::make_unique<QQmlEngine>();
    std::unique_ptr<QObject> root;

    //! Loads `traffic` and waits until messages arrive.
    bool start()
    {
        engine->addImportPath(QStringLiteral(QREPOD_QML_IMPORT_PATH));
        QQmlComponent component(engine.get());
        component.setData(traffic, QUrl());
        root.reset(component.create());
        if (!root)
            qWarning("%s", qUtf8Printable(component.errorString()));
        return root && QTest::qWaitFor([this] { return root->property("count").toInt() > 20; });
    }
};

} // namespace

class tst_Engine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void destroyingTheEngineWhileConnectedLeaksNothing();
    void objectThatOutlivesItsEngineIsHarmless();
};

void tst_Engine::destroyingTheEngineWhileConnectedLeaksNothing()
{
    if (!QDir(QStringLiteral("/proc/self/task")).exists())
        QSKIP("threads and descriptors are counted in /proc");

    Resources before{};
    for (int round = 0; round < rounds; ++round) {
        if (round == firstRounds)
            before = Resources::ofThisProcess();
        Application application;
        QVERIFY(application.start());
        if (round % 2) // else the objects first
            application.engine.reset();
    }
    QTRY_VERIFY(Resources::ofThisProcess().threads <= before.threads); // Qt ends some of its own
    QTRY_COMPARE(Resources::ofThisProcess().descriptors, before.descriptors);
}

//! Its functions are gone with the engine, the connection is not.
void tst_Engine::objectThatOutlivesItsEngineIsHarmless()
{
    Application application;
    QVERIFY(application.start());
    auto *listener = application.root->property("listener").value<QRepod::ConnectionListener *>();
    auto *server = application.root->property("server").value<QRepod::Server *>();
    QVERIFY(listener && server);
    application.engine.reset();

    int messages = 0;
    QObject::connect(listener, &QRepod::ConnectionListener::messageReceived, this,
                     [&] { ++messages; });
    server->sendToAll({{QStringLiteral("action"), QStringLiteral("ping")}});
    server->sendToAll({{QStringLiteral("action"), QStringLiteral("unknown")}});
    QTRY_VERIFY(messages >= 2);
    server->close();
    QTRY_COMPARE(listener->state(), QRepod::ConnectionListener::State::Disconnected);
}

QTEST_GUILESS_MAIN(tst_Engine)
#include "tst_engine.moc"

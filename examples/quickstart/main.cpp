// SPDX-License-Identifier: MIT
// A chat server and two clients in one program, talking over TCP. Exits with 0 when both clients
// have heard both.

#include "chat/chatclient.h"
#include "chat/chatserver.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QTextStream>
#include <QtCore/QTimer>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QTextStream out(stdout);

    ChatServer server;
    if (!server.listen("127.0.0.1", 0)) {
        out << "Error: " << server.errorString() << Qt::endl;
        return 1;
    }
    out << "Chat server running on 127.0.0.1:" << server.port() << Qt::endl;

    ChatClient alice("alice", "  alice sees | ");
    ChatClient bob("bob", "    bob sees | ");

    // Alice greets Bob when she sees him come, he answers, and then they leave.
    int heard = 0;
    QObject::connect(&alice, &ChatClient::messageReceived, &alice,
                     [&](const QString &action, const QVariantMap &message) {
                         if (action == "players"
                             && message["list"].toStringList() == QStringList{"alice", "bob"})
                             alice.say("Hello bob!");
                     });
    QObject::connect(&bob, &ChatClient::messageReceived, &bob,
                     [&](const QString &action, const QVariantMap &message) {
                         if (action == "message" && message["nickname"] == "alice")
                             bob.say("Hi alice, nice to hear you.");
                     });
    for (ChatClient *client : {&alice, &bob}) {
        QObject::connect(client, &ChatClient::messageReceived, client,
                         [&](const QString &action, const QVariantMap &) {
                             heard += action == "message";
                             if (heard == 4) {
                                 alice.close();
                                 bob.close();
                             }
                         });
        QObject::connect(client, &ChatClient::ended, &application, [&](bool well) {
            const bool isOver = alice.state() == ChatClient::State::Disconnected
                && bob.state() == ChatClient::State::Disconnected;
            if (!well || isOver)
                QCoreApplication::exit(well && heard == 4 ? 0 : 1);
        });
    }

    // A game loop: one pump per frame.
    QTimer frames;
    QObject::connect(&frames, &QTimer::timeout, [&] {
        alice.pump();
        bob.pump();
    });
    frames.start(16);
    alice.connect("127.0.0.1", server.port());
    QObject::connect(&alice, &ChatClient::connected,
                     [&] { bob.connect("127.0.0.1", server.port()); });

    QTimer::singleShot(10'000, &application, [] { QCoreApplication::exit(1); });
    return application.exec();
}

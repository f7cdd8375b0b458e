// SPDX-License-Identifier: MIT
// chat-client [host [port [nickname]]], then one message per line.

#include "chat/chatclient.h"
#include "interrupt.h"

#include <QtCore/QTextStream>

#include <iostream>
#include <string>
#include <thread>

namespace {

//! Reads lines in a thread of its own, because reading blocks. The end of input closes \a client.
void readLines(ChatClient *client)
{
    std::thread([client] {
        for (std::string line; std::getline(std::cin, line);) {
            const QString text = QString::fromStdString(line);
            QMetaObject::invokeMethod(client, [client, text] { client->say(text); });
        }
        QMetaObject::invokeMethod(client, [client] { client->close(); });
    }).detach();
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    const QStringList arguments = application.arguments();

    ChatClient client(arguments.value(3, "Anonymous"));
    client.setAutoPump(true);
    QObject::connect(&client, &ChatClient::ended, &application,
                     [](bool well) { QCoreApplication::exit(well ? 0 : 1); });
    QObject::connect(&client, &ChatClient::connected, &client, [&client] { readLines(&client); });
    client.connect(arguments.value(1, "127.0.0.1"), arguments.value(2, "5071").toInt());
    return application.exec();
}

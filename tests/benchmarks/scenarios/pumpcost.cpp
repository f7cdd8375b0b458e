// SPDX-License-Identifier: MIT
#include "scenarios/pumpcost.h"

#include "message.h"
#include "scenarios/scenarios.h"
#include "threadtimes.h"

#include <QtCore/qdatastream.h>
#include <QtCore/qthread.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

#include <memory>

namespace {

constexpr int batchSize = 20'000;

class MapListener : public QRepod::ConnectionListener
{
    Q_OBJECT

    Q_SLOT void Network_move(const QVariantMap &) { }
};

class TypedListener : public QRepod::ConnectionListener
{
    Q_OBJECT

    Q_SLOT void Network_move([[maybe_unused]] int id, [[maybe_unused]] double x,
                             [[maybe_unused]] double y, [[maybe_unused]] const QString &name)
    {
    }
};

//! Writes one batch of frames to the listener in this thread.
void sendBatch(QTcpSocket &socket)
{
    static const QByteArray batch = moveFrame().repeated(batchSize);
    socket.write(batch);
    while (socket.bytesToWrite() > 0)
        socket.waitForBytesWritten();
}

//! Pumps a batch, waiting until it has arrived. Returns the time inside pump().
double pumpBatch(QRepod::ConnectionListener &listener)
{
    double time = 0;
    for (int pumped = 0; pumped < batchSize;) {
        QThread::msleep(20); // nothing tells when the network thread has read and validated
        const double start = ThreadTimes::ofThisThread();
        pumped += listener.pump();
        time += ThreadTimes::ofThisThread() - start;
    }
    return time / batchSize;
}

template <class Listener>
Sample listenerCost(int batches)
{
    Listener listener;
    return {{{"ns/message", pumpCost(listener, batches)}}, {}};
}

Sample dataStreamCost(int batches)
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    for (int i = 0; i < batchSize; ++i)
        out << moveMessage();
    std::vector<double> costs;
    for (int i = 0; i < batches; ++i) {
        QDataStream in(bytes);
        const double start = ThreadTimes::ofThisThread();
        for (int message = 0; message < batchSize; ++message) {
            QVariantMap map;
            in >> map;
        }
        costs.push_back((ThreadTimes::ofThisThread() - start) / batchSize);
    }
    return {{{"ns/message", median(costs)}}, {}};
}

} // namespace

double pumpCost(QRepod::ConnectionListener &listener, int batches, const QByteArray &greeting)
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    listener.connect("127.0.0.1", server.serverPort());
    server.waitForNewConnection(5'000);
    const std::unique_ptr<QTcpSocket> socket(server.nextPendingConnection());
    if (!socket)
        qFatal("the listener does not connect");
    socket->write(greeting);
    while (listener.state() != QRepod::ConnectionListener::State::Connected)
        listener.pump();

    std::vector<double> costs;
    for (int i = 0; i < batches; ++i) {
        sendBatch(*socket);
        costs.push_back(pumpBatch(listener));
    }
    return median(costs);
}

Scenario Scenarios::pumpCost(bool isQuick)
{
    const int batches = isQuick ? 3 : 15;
    return {"pump",
            "CPU that pump() takes from its thread, and that decoding with QDataStream takes",
            {{"QRepod, map", [=] { return listenerCost<MapListener>(batches); }},
             {"QRepod, typed", [=] { return listenerCost<TypedListener>(batches); }},
             {"QDataStream", [=] { return dataStreamCost(batches); }}},
            {{"ns/message", "QRepod, map", "QDataStream", Target::AtMost, 0.3},
             {"ns/message", "QRepod, typed", "QDataStream", Target::AtMost, 0.12}}};
}

#include "pumpcost.moc"

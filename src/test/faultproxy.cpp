// SPDX-License-Identifier: MIT
#include <QRepod/Test/faultproxy.h>

#include "test/proxy.h"
#include "test/workthread.h"

namespace QRepod {

class FaultProxyPrivate
{
public:
    explicit FaultProxyPrivate(quint32 seed)
        : seed(seed)
    {
    }

    //! Accepts waiting clients, then runs \a function, both in the proxy's thread.
    template <class Function>
    auto call(Function function)
    {
        return thread.call([&] {
            proxy->acceptWaiting();
            return function();
        });
    }

    //! Calls \a change with the faults of each of \a directions.
    template <class Change>
    void change(Directions directions, Change change)
    {
        thread.call([&] {
            for (const Direction direction : {Direction::ToServer, Direction::ToClient}) {
                if (directions.testFlag(direction))
                    change(proxy->faults(direction));
            }
            proxy->faultsChanged();
        });
    }

    const quint32 seed;
    WorkThread thread{QStringLiteral("QRepod proxy")};
    std::unique_ptr<Proxy> proxy; // in the thread
};

FaultProxy::FaultProxy(quint16 targetPort, quint32 seed, const QString &targetHost)
    : d(std::make_unique<FaultProxyPrivate>(seed))
{
    d->thread.call(
        [&] { d->proxy = std::make_unique<Proxy>(targetHost, targetPort, seed, nullptr); });
}

FaultProxy::~FaultProxy()
{
    d->thread.call([this] {
        d->proxy->reset();
        d->proxy.reset();
    });
}

quint16 FaultProxy::port() const
{
    return d->thread.call([this] { return d->proxy->port(); });
}

quint32 FaultProxy::seed() const
{
    return d->seed;
}

void FaultProxy::setLatency(int milliseconds, Directions directions)
{
    d->change(directions, [=](Faults &faults) { faults.latency = milliseconds; });
}

void FaultProxy::setJitter(int milliseconds, Directions directions)
{
    d->change(directions, [=](Faults &faults) { faults.jitter = milliseconds; });
}

void FaultProxy::setBandwidth(qint64 bytesPerSecond, Directions directions)
{
    d->change(directions, [=](Faults &faults) { faults.bandwidth = bytesPerSecond; });
}

void FaultProxy::setChunkSize(int bytes, Directions directions)
{
    d->change(directions, [=](Faults &faults) { faults.chunkSize = bytes; });
}

void FaultProxy::stall(Directions directions)
{
    d->change(directions, [](Faults &faults) { faults.isStalled = true; });
}

void FaultProxy::resume(Directions directions)
{
    d->change(directions, [](Faults &faults) { faults.isStalled = false; });
}

void FaultProxy::corrupt(qint64 offset, Directions directions, quint8 mask)
{
    d->change(directions, [=](Faults &faults) { faults.corruptions[offset] = mask; });
}

void FaultProxy::cutAfter(qint64 bytes, Directions directions)
{
    d->change(directions, [=](Faults &faults) { faults.cutAfter = bytes; });
}

void FaultProxy::cutWithin(qint64 bytes, Directions directions)
{
    d->change(directions, [=](Faults &faults) { faults.cutWithin = bytes; });
}

void FaultProxy::clearFaults()
{
    d->change(bothDirections, [](Faults &faults) { faults = Faults(); });
}

void FaultProxy::halfClose(Directions directions)
{
    d->call([this, directions] { d->proxy->halfClose(directions); });
}

void FaultProxy::reset()
{
    d->call([this] { d->proxy->reset(); });
}

void FaultProxy::interrupt(int milliseconds)
{
    d->call([this, milliseconds] { d->proxy->interrupt(milliseconds); });
}

int FaultProxy::connectionCount() const
{
    return d->call([this] { return d->proxy->connectionCount(); });
}

int FaultProxy::openConnectionCount() const
{
    return d->call([this] { return d->proxy->openConnectionCount(); });
}

qint64 FaultProxy::bytesForwarded(Directions directions) const
{
    return d->thread.call([this, directions] {
        qint64 bytes = 0;
        for (const Direction direction : {Direction::ToServer, Direction::ToClient}) {
            if (directions.testFlag(direction))
                bytes += d->proxy->bytesForwarded(direction);
        }
        return bytes;
    });
}

} // namespace QRepod

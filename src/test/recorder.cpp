// SPDX-License-Identifier: MIT
#include <QRepod/Test/recorder.h>

#include "test/framecutter.h"
#include "test/proxy.h"
#include "test/recording.h"
#include "test/workthread.h"

#include <QtCore/qelapsedtimer.h>

#include <map>
#include <set>
#include <utility>

namespace QRepod {

//! Everything but the thread object belongs to the thread.
class RecorderPrivate final : public ProxyObserver
{
public:
    void opened(int connection) override { write(connection, Record::Kind::Opened); }

    void forwarded(int connection, Direction direction, const QByteArray &bytes) override
    {
        FrameCutter &frames = m_frames[{connection, direction}];
        frames.add(bytes);
        for (QByteArray frame = frames.next(); !frame.isEmpty(); frame = frames.next()) {
            const bool isToServer = direction == Direction::ToServer;
            write(connection, isToServer ? Record::Kind::ToServer : Record::Kind::ToClient, frame);
            ++frameCount;
        }
    }

    void closed(int connection, Direction direction) override
    {
        if (!m_closed.insert(connection).second)
            return; // the other end closed first
        const bool isByClient = direction == Direction::ToServer;
        write(connection, isByClient ? Record::Kind::ClosedByClient : Record::Kind::ClosedByServer);
    }

    WorkThread thread{QStringLiteral("QRepod recorder")};
    RecordingWriter file;
    std::unique_ptr<Proxy> proxy;
    int frameCount = 0;

private:
    void write(int connection, Record::Kind kind, const QByteArray &frame = {})
    {
        file.write({m_clock.nsecsElapsed() / 1000, connection, kind, frame});
    }

    const QElapsedTimer m_clock = [] {
        QElapsedTimer clock;
        clock.start();
        return clock;
    }();
    std::map<std::pair<int, Direction>, FrameCutter> m_frames;
    std::set<int> m_closed;
};

Recorder::Recorder(const QString &fileName, quint16 targetPort, const QString &targetHost)
    : d(std::make_unique<RecorderPrivate>())
{
    d->thread.call([&] {
        d->file.open(fileName);
        d->proxy = std::make_unique<Proxy>(targetHost, targetPort, 0, d.get());
    });
}

Recorder::~Recorder()
{
    d->thread.call([this] {
        d->proxy.reset();
        d->file.flush();
    });
}

quint16 Recorder::port() const
{
    return d->thread.call([this] { return d->proxy->port(); });
}

int Recorder::frameCount() const
{
    return d->thread.call([this] { return d->frameCount; });
}

bool Recorder::flush()
{
    return d->thread.call([this] { return d->file.flush(); });
}

QString Recorder::errorString() const
{
    return d->thread.call([this] { return d->file.errorString(); });
}

} // namespace QRepod

// SPDX-License-Identifier: MIT
#include "repodcat/session.h"

#include "repodcat/json.h"
#include "repodcat/table.h"

#include <QRepod/Protocol>

#include <cerrno>
#include <cstring>

namespace {

// With more than this unsent, in bytes, lines wait: input is read at the pace of the peer.
constexpr qint64 maximumUnsent = 1024 * 1024;

// No signal tells that bytes have been written, so check this often, in milliseconds.
constexpr int lookAgain = 5;

} // namespace

Session::Session(const Options &options)
    : m_options(options)
    , m_terminal(options.colors, options.isQuiet)
    , m_recorder(options.isListening)
    , m_endpoint(makeEndpoint(options))
{
    connect(m_endpoint.get(), &Endpoint::opened, this, &Session::opened);
    connect(m_endpoint.get(), &Endpoint::received, this, &Session::received);
    connect(m_endpoint.get(), &Endpoint::failed, this, &Session::failed);
    connect(m_endpoint.get(), &Endpoint::closed, this, &Session::closed);
    connect(m_endpoint.get(), &Endpoint::listening, this, [this](quint16 port) {
        m_isListening = true;
        m_terminal.note(QString("listening on port %1").arg(port));
    });
    connect(&m_input, &Input::line, this, [this](const QByteArray &line) {
        m_lines.push_back(line);
        sendWaiting();
    });
    connect(&m_input, &Input::ended, this, [this] {
        m_isInputOver = true;
        sendWaiting();
    });
    for (QTimer *timer : {&m_replayTimer, &m_backlogTimer, &m_timeout})
        timer->setSingleShot(true);
    connect(&m_replayTimer, &QTimer::timeout, this, &Session::replayDue);
    connect(&m_backlogTimer, &QTimer::timeout, this,
            [this] { m_isFinishing ? drain() : sendWaiting(); });
    connect(&m_timeout, &QTimer::timeout, this, &Session::timeIsOver);
}

void Session::start()
{
    if (!m_options.replayFile.isEmpty()) {
        QString error;
        auto messages = readTraffic(m_options.replayFile, m_options.isListening, &error);
        if (!messages) {
            m_terminal.error(error);
            return end(WrongUsage);
        }
        m_replay = std::move(*messages);
    }
    if (!m_options.recordFile.isEmpty() && !m_recorder.open(m_options.recordFile)) {
        m_terminal.error(m_recorder.errorString());
        return end(WrongUsage);
    }
    if (m_options.timeout > 0)
        m_timeout.start(m_options.timeout);
    m_endpoint->start();
}

void Session::opened(int connection, const QString &address)
{
    m_connections.insert(connection);
    m_recorder.opened(connection);
    m_terminal.note((m_isListening ? "connection from " : "connected to ") + address);
    if (m_hasStarted)
        return;
    m_hasStarted = true;
    if (m_options.isBenchmark) {
        startBenchmark();
    } else if (!m_options.replayFile.isEmpty()) {
        m_replayClock.start();
        replayDue();
    } else if (m_options.readsInput) {
        m_input.start();
    }
}

void Session::received(int connection, const QVariantMap &message)
{
    if (m_isFinishing)
        return;
    m_recorder.received(connection, message);
    if (m_options.isBenchmark)
        return;
    if (m_options.isEchoing)
        send(message, connection);
    if (isWanted(message)) {
        if (!m_options.isEchoing)
            print(message);
        count();
    }
}

void Session::count()
{
    ++m_counted;
    if (m_options.count > 0 && hasAllMessages())
        finish(Done);
}

void Session::failed(const QString &error)
{
    m_terminal.error(error);
    m_hasFailed = true;
    // One client of several may fail and others may follow; see closed().
    if (!m_isListening)
        end(ConnectionFailed);
}

void Session::closed(int connection, const QString &address)
{
    m_connections.remove(connection);
    m_recorder.closed(connection);
    m_terminal.note("disconnected from " + address);
    if (!m_connections.isEmpty() || m_options.staysOpen)
        return;
    if (!hasAllMessages() && !m_isFinishing) {
        m_terminal.error(QString("the connection ended after %1 of %2 messages")
                             .arg(m_counted)
                             .arg(m_options.count));
        m_hasFailed = true;
    }
    end(m_hasFailed ? ConnectionFailed : Done);
}

void Session::startBenchmark()
{
    m_benchmark = std::make_unique<Benchmark>(*m_endpoint, m_options.count);
    connect(m_benchmark.get(), &Benchmark::measured, this, [this](qint64 done) {
        m_counted = done;
        m_terminal.progress(done, m_options.count);
    });
    connect(m_benchmark.get(), &Benchmark::finished, this, [this] {
        m_terminal.clearProgress();
        m_terminal.print(m_benchmark->report());
        finish(Done);
    });
    m_benchmark->start();
}

void Session::replayDue()
{
    while (m_replayed < m_replay.size()) {
        const TimedMessage &next = m_replay[m_replayed];
        const qint64 wait =
            m_options.isReplayFast ? 0 : next.time - m_replayClock.nsecsElapsed() / 1000;
        if (wait > 0)
            return m_replayTimer.start(int(wait / 1000) + 1);
        if (m_endpoint->bytesUnsent() > maximumUnsent)
            return m_replayTimer.start(lookAgain);
        ++m_replayed;
        send(next.message);
    }
    sourceEnded();
}

void Session::sendWaiting()
{
    while (!m_lines.empty() && !m_isFinishing) {
        if (m_endpoint->bytesUnsent() > maximumUnsent)
            return m_backlogTimer.start(lookAgain);
        const QByteArray line = m_lines.front();
        m_lines.pop_front();
        m_input.done();
        takeLine(line);
    }
    if (m_isInputOver)
        sourceEnded();
}

void Session::takeLine(const QByteArray &line)
{
    ++m_lineNumber;
    if (line.trimmed().isEmpty())
        return;
    QString error;
    const std::optional<QVariantMap> message = fromJson(line, &error);
    if (message && !QRepod::encode(*message, &error).isEmpty())
        return send(*message);
    m_terminal.error(QString("line %1: %2").arg(m_lineNumber).arg(error));
    m_hasBadLines = true;
}

void Session::send(const QVariantMap &message, int connection)
{
    m_endpoint->send(message, connection);
    const auto to = connection == Endpoint::everyone ? m_connections : QSet<int>{connection};
    for (int each : to)
        m_recorder.sent(each, message);
}

void Session::sourceEnded()
{
    // With a count or a timeout, wait for the answers.
    if (m_options.count == 0 && m_options.timeout == 0)
        finish(Done);
}

bool Session::isWanted(const QVariantMap &message) const
{
    return m_options.actions.isEmpty() || m_options.actions.contains(message["action"].toString());
}

void Session::print(const QVariantMap &message)
{
    const bool isTable = !m_options.watched.isEmpty() && m_terminal.canShowTables();
    if (isTable ? m_terminal.showTable(toTable(message, m_terminal.size()))
                : m_terminal.printMessage(toJson(message)))
        return;
    if (errno == EPIPE) // the reader has seen enough, as with `| head`
        return end(Done);
    m_terminal.error(QString("standard output: %1").arg(std::strerror(errno)));
    end(WrongUsage);
}

void Session::timeIsOver()
{
    const QString time = QString("%1 s").arg(m_options.timeout / 1000.0);
    if (m_isFinishing)
        m_terminal.error("not everything could be sent within " + time);
    else if (!m_hasStarted)
        m_terminal.error("no connection within " + time);
    else if (!hasAllMessages())
        m_terminal.error(
            QString("%1 of %2 messages within %3").arg(m_counted).arg(m_options.count).arg(time));
    else
        return finish(Done);
    end(TimedOut);
}

void Session::finish(ExitCode code)
{
    if (m_isFinishing)
        return;
    m_isFinishing = true;
    m_code = code;
    m_replayTimer.stop();
    drain();
}

void Session::drain()
{
    if (m_endpoint->bytesUnsent() > 0)
        return m_backlogTimer.start(lookAgain);
    end(m_code);
}

void Session::end(ExitCode code)
{
    m_isFinishing = true;
    m_endpoint->disconnect(this);
    m_endpoint->close();
    if (!m_recorder.close()) {
        m_terminal.error(m_recorder.errorString());
        code = WrongUsage;
    }
    emit finished(code);
}

int Session::exitCode(int code)
{
    return code == Done && m_hasBadLines ? BadInput : code;
}

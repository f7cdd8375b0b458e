// SPDX-License-Identifier: MIT
#include "repodcat/bots.h"

#ifdef Q_OS_UNIX
#    include <sys/resource.h>
#endif

namespace {

constexpr size_t connectingAtOnce = 64; // a server's queue of those who wait may be short
constexpr int tickInterval = 5;         // milliseconds
constexpr int patience = 2000;          // for the last answers

//! As many files as the system lets this process have: each bot takes one.
void allowManyFiles()
{
#ifdef Q_OS_UNIX
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
#endif
}

} // namespace

Bots::Bots(const Options &options)
    : m_options(options)
    , m_terminal(options.colors, options.isQuiet)
{
    m_timer.setTimerType(Qt::PreciseTimer);
}

void Bots::start()
{
    if (!m_options.scriptFile.isEmpty()) {
        QString error = "this repodcat was built without scripts";
#ifdef REPODCAT_HAS_SCRIPTS
        m_script = Script::load(m_options.scriptFile, &error);
#endif
        if (!m_script) {
            m_terminal.error(error);
            emit finished(BadInput);
            return;
        }
    }
    allowManyFiles();
    for (int i = 0; i < m_options.bots; ++i) {
        auto bot = std::make_unique<Bot>(i, m_options);
        Bot *const each = bot.get();
        connect(each, &Bot::opened, this, [this, each] {
            ++m_connected;
            if (m_script)
                m_script->connected(*each, m_clock.nsecsElapsed());
            settled();
        });
        connect(each, &Bot::failed, this,
                [this, each](const QString &error) { handleFailure(*each, error); });
        connect(each, &Bot::answered, this,
                [this](qint64 asked) { m_times.add(m_clock.nsecsElapsed() - asked); });
        connect(each, &Bot::received, this, [this, each](const QVariantMap &message) {
            ++m_received;
            if (m_script)
                m_script->received(*each, message);
        });
        m_bots.push_back(std::move(bot));
    }
    m_clock.start();
    connectSome();
}

void Bots::connectSome()
{
    while (m_begun < m_bots.size() && m_begun < m_settled + connectingAtOnce)
        m_bots[m_begun++]->open();
}

//! One more has connected, or will not.
void Bots::settled()
{
    ++m_settled;
    m_terminal.progress(qint64(m_settled), qint64(m_bots.size()));
    if (m_settled == m_bots.size())
        QTimer::singleShot(0, this, &Bots::begin);
    else
        QTimer::singleShot(0, this, &Bots::connectSome);
}

void Bots::handleFailure(const Bot &bot, const QString &error)
{
    if (m_failures++ == 0)
        m_firstFailure = error;
    if (!bot.hasOpened())
        settled();
}

void Bots::begin()
{
    m_terminal.clearProgress();
    if (m_connected == 0)
        return end();
    m_terminal.note(QString("%1 bots are connected").arg(m_connected));
    m_began = m_clock.nsecsElapsed();
    connect(&m_timer, &QTimer::timeout, this, &Bots::sendDue);
    m_timer.start(tickInterval);
}

//! The turns of all bots are spread evenly over the time.
void Bots::sendDue()
{
    if (stopForScript())
        return;
    const double interval = 1e9 / (m_options.rate * double(m_bots.size())); // nanoseconds
    const qint64 now = m_clock.nsecsElapsed() - m_began;
    const double total = m_options.duration * 1e9;
    for (; double(m_turns) * interval <= std::min(double(now), total); ++m_turns)
        turn(*m_bots[size_t(m_turns) % m_bots.size()],
             m_began + qint64(double(m_turns) * interval));
    m_terminal.progress(now / 1'000'000, qint64(m_options.duration * 1000));
    if (double(now) >= total) {
        m_timer.disconnect(this);
        connect(&m_timer, &QTimer::timeout, this, &Bots::wait);
    }
}

void Bots::turn(Bot &bot, qint64 time)
{
    if (!bot.isOpen())
        return;
    if (m_script)
        m_script->tick(bot, time);
    else
        bot.ask({{"action", "bench"}}, false, time);
}

//! For the last answers.
void Bots::wait()
{
    const double over = double(m_clock.nsecsElapsed() - m_began) / 1e6 - m_options.duration * 1000;
    if (!stopForScript() && (lost() == 0 || over > patience))
        end();
}

bool Bots::stopForScript()
{
    if (!m_script || m_script->error().isEmpty())
        return false;
    m_timer.stop();
    m_terminal.clearProgress();
    m_terminal.error(m_script->error());
    emit finished(BadInput);
    return true;
}

qint64 Bots::lost() const
{
    qint64 lost = 0;
    for (const auto &bot : m_bots)
        lost += bot->waiting();
    return lost;
}

void Bots::end()
{
    m_timer.stop();
    m_terminal.clearProgress();
    m_terminal.print(report());
    const ExitCode code = verdict();
    for (const auto &bot : m_bots)
        bot->close();
    emit finished(code);
}

QByteArray Bots::report() const
{
    const auto figure = [](const char *name, qint64 number) {
        return QByteArray(name).leftJustified(12) + QByteArray::number(number).rightJustified(8)
            + '\n';
    };
    return figure("bots", qint64(m_connected)) + figure("failures", m_failures)
        + figure("asked", m_times.count() + lost()) + figure("lost", lost())
        + figure("other", m_received) + m_times.report()
        + Timings::line("rate", double(m_times.count()) / m_options.duration, "/s");
}

ExitCode Bots::verdict()
{
    if (m_failures > 0)
        m_terminal.error(
            QString("%1 bots have failed; the first: %2").arg(m_failures).arg(m_firstFailure));
    if (m_connected == 0)
        return ConnectionFailed;
    const qint64 asked = m_times.count() + lost();
    const double loss = asked > 0 ? 100.0 * double(lost()) / double(asked) : 0;
    const bool isLossy = loss > m_options.loss || (m_options.loss < 100 && m_failures > 0);
    const bool isSlow = m_options.p99 > 0 && m_times.percentile(0.99) > m_options.p99;
    if (isLossy)
        m_terminal.error(
            QString("%1 % are lost, over the bound of %2 %").arg(loss).arg(m_options.loss));
    if (isSlow)
        m_terminal.error(QString("p99 of %1 ms is over the bound of %2 ms")
                             .arg(m_times.percentile(0.99))
                             .arg(m_options.p99));
    return isLossy || isSlow ? BoundPassed : Done;
}

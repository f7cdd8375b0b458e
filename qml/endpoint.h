// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtQml/qqmlparserstatus.h>

#include <utility>

namespace QRepod {

//! The common part of the QML types ConnectionListener and Server: where to connect or listen,
//! whether to do so, and why it failed.
///
/// \a Type derives from it, declares the properties with these functions, has their signals, and
/// adds two functions: start() opens at host and port, and first closes what is open; stop() closes
/// it. Only this class calls them, start() not before the component is complete.
template <class Type>
class Endpoint : public QQmlParserStatus
{
public:
    QString host() const { return m_host; }
    void setHost(const QString &host)
    {
        if (m_host == host)
            return;
        m_host = host;
        openLater();
        Q_EMIT self().hostChanged();
    }

    int port() const { return m_port; }
    void setPort(int port)
    {
        if (m_port == port)
            return;
        m_port = port;
        openLater();
        Q_EMIT self().portChanged();
    }

    bool isActive() const { return m_isActive; }
    void setActive(bool active)
    {
        if (m_isActive == active)
            return;
        m_isActive = active;
        if (m_isComplete && active)
            open();
        else if (m_isComplete)
            self().stop();
        Q_EMIT self().activeChanged();
    }

    QString errorString() const { return m_errorString; }

    void classBegin() override { m_isComplete = false; }
    void componentComplete() override
    {
        m_isComplete = true;
        if (m_isActive)
            open();
    }

protected:
    Endpoint() = default;

    void setErrorString(const QString &error)
    {
        if (m_errorString == error)
            return;
        m_errorString = error;
        Q_EMIT self().errorStringChanged();
    }

    //! Opens now, and not again for a change of host or port that came just before.
    void open()
    {
        m_isOpenPending = false;
        self().start();
    }

    //! Opens again when control returns, because host or port has changed. Usually both change
    //! together.
    void openLater()
    {
        if (!m_isComplete || !m_isActive || std::exchange(m_isOpenPending, true))
            return;
        const auto openNow = [this] {
            if (std::exchange(m_isOpenPending, false) && m_isActive)
                open();
        };
        QMetaObject::invokeMethod(&self(), openNow, Qt::QueuedConnection);
    }

private:
    Type &self() { return static_cast<Type &>(*this); }

    QString m_host = QStringLiteral("127.0.0.1");
    int m_port = 5071;
    QString m_errorString;
    bool m_isActive = false;
    bool m_isComplete = true; // false between classBegin() and componentComplete()
    bool m_isOpenPending = false;
};

} // namespace QRepod

// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/MetricsPage>

#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

namespace QRepod {

//! The QML type MetricsPage: a web page about the Server that it is declared in, for Prometheus and
//! for people.
///
/// \code
/// Server {
///     active: true
///     MetricsPage { port: 9100 }
/// }
/// \endcode
///
/// It listens while its server does. The type exists if the module was built with the component
/// Monitor.
class QmlMetricsPage : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(MetricsPage)

    //! The address to listen on. Default: "127.0.0.1".
    Q_PROPERTY(QString host READ host WRITE setHost NOTIFY hostChanged FINAL)

    //! The requested port; 0 lets the system pick one. Default: 9100.
    Q_PROPERTY(int port READ port WRITE setPort NOTIFY portChanged FINAL)

    //! The port that it listens on; 0 while it does not listen.
    Q_PROPERTY(int actualPort READ actualPort NOTIFY listeningChanged FINAL)

    Q_PROPERTY(bool listening READ isListening NOTIFY listeningChanged FINAL)

    //! Why listening failed; empty if it did not.
    Q_PROPERTY(QString errorString READ errorString NOTIFY listeningChanged FINAL)

public:
    using QObject::QObject;

    QString host() const { return m_host; }
    void setHost(const QString &host);

    int port() const { return m_port; }
    void setPort(int port);

    int actualPort() const { return m_page ? m_page->port() : 0; }
    bool isListening() const { return actualPort() > 0; }
    QString errorString() const { return m_page ? m_page->errorString() : QString(); }

    void classBegin() override { }
    void componentComplete() override;

Q_SIGNALS:
    void hostChanged();
    void portChanged();
    void listeningChanged();

private:
    void followServer();

    Server *m_server = nullptr; // the parent, once the component is complete
    std::unique_ptr<MetricsPage> m_page;
    QString m_host = QStringLiteral("127.0.0.1");
    int m_port = 9100;
};

} // namespace QRepod

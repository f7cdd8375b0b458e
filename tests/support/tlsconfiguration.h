// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfile.h>
#include <QtNetwork/qsslcertificate.h>
#include <QtNetwork/qsslconfiguration.h>
#include <QtNetwork/qsslkey.h>
#include <QtTest/qtest.h>

// TLS with the certificates of tests/integration/tls.

inline QByteArray tlsFile(const char *name)
{
    QFile file(QFINDTESTDATA(QLatin1String("../integration/tls/") + QLatin1String(name)));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read tls/%s", name);
    return file.readAll();
}

inline QSslConfiguration serverConfiguration(const char *certificateName = "server.pem")
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(QSslCertificate(tlsFile(certificateName), QSsl::Pem));
    configuration.setPrivateKey(QSslKey(tlsFile("server.key"), QSsl::Ec, QSsl::Pem));
    return configuration;
}

//! Trusts only the tests' authority.
inline QSslConfiguration clientConfiguration()
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setCaCertificates({QSslCertificate(tlsFile("ca.pem"), QSsl::Pem)});
    return configuration;
}

// SPDX-License-Identifier: MIT
#include "dispatch/signature.h"

#include <algorithm>

namespace QRepod {

namespace {

//! Returns the type of a \a parameter, counted from 1.
QMetaType typeOf(const QMetaMethod &method, int parameter)
{
    const QMetaType type = method.parameterMetaType(parameter - 1);
    // moc omits a type that was incomplete in its header; it may be registered by name.
    return type.isValid() ? type : QMetaType(method.parameterType(parameter - 1));
}

bool isWhole(QMetaType type)
{
    return type.id() == QMetaType::QVariantMap || type.id() == QMetaType::QVariant;
}

} // namespace

QByteArray withArticle(QByteArray noun)
{
    return noun.prepend(QByteArrayView("aeioAEIO").contains(noun.front()) ? "an " : "a ");
}

Signature::Signature(const QMetaMethod &method, int optional, const Extras &extras,
                     Converters &converters)
    : m_parameters(method.parameterCount())
    , m_isScript(!method.enclosingMetaObject()->d.static_metacall)
{
    if (m_parameters > maximumParameters) {
        m_error = "it has more than " + QByteArray::number(maximumParameters) + " parameters";
        return;
    }
    if (extras.leading == Leading::Sender && m_parameters > 0)
        takeSender(method);
    takeSupplied(method, extras.supplied);
    takeMessageParameters(method, m_parameters - optional, converters);
    sortNames();
    if (m_fields.size() > maximumFields)
        m_error = "it takes more than " + QByteArray::number(qulonglong(maximumFields)) + " fields";
}

//! Assigns the parameters that the message fills.
void Signature::takeMessageParameters(const QMetaMethod &method, int required,
                                      Converters &converters)
{
    const QList<int> parameters = unassignedParameters();
    const QMetaType only =
        parameters.size() == 1 ? typeOf(method, parameters.front()) : QMetaType();
    if (isWhole(only))
        return takeMessage(parameters.front(), only);
    if (only.flags() & QMetaType::IsGadget)
        return takeGadget(parameters.front(), only, converters);
    const QByteArrayList names = method.parameterNames();
    for (const int i : parameters.size() > 1 ? parameters : QList<int>()) {
        const QMetaType type = typeOf(method, i);
        if (type.id() == QMetaType::QVariantMap && names[i - 1] == "message")
            takeMessage(i, type);
    }
    takeFields(method, converters);
    addOptional(required);
}

//! Returns the parameters that have no source yet.
QList<int> Signature::unassignedParameters() const
{
    QList<int> parameters;
    for (int i = 1; i <= m_parameters; ++i) {
        if (!isFixed(i))
            parameters.append(i);
    }
    return parameters;
}

bool Signature::isFixed(int parameter) const
{
    return std::any_of(m_fixed.begin(), m_fixed.end(),
                       [=](const Fixed &fixed) { return fixed.parameter == parameter; });
}

void Signature::takeSender(const QMetaMethod &method)
{
    m_sender = typeOf(method, 1);
    const bool isVariant = m_sender.id() == QMetaType::QVariant;
    if (!isVariant && !(m_sender.flags() & QMetaType::PointerToQObject))
        m_error = "its first parameter is " + withArticle(method.parameterTypeName(0))
            + ", not a pointer to the channel";
    m_needsSender = !isVariant;
    m_fixed.push_back(
        {Fixed::Kind::Sender, 1, m_sender, isVariant, isVariant ? reserve(m_sender) : 0});
}

void Signature::takeSupplied(const QMetaMethod &method, const std::vector<QMetaType> &types)
{
    for (int i = 1; i <= m_parameters; ++i) {
        const QMetaType type = typeOf(method, i);
        if (!isFixed(i) && std::find(types.begin(), types.end(), type) != types.end())
            m_fixed.push_back({Fixed::Kind::Supplied, i, type, false, 0, QVariant(type)});
    }
}

bool Signature::isSender(const QObject *sender) const
{
    return sender && sender->metaObject()->inherits(m_sender.metaObject());
}

void Signature::takeMessage(int parameter, QMetaType type)
{
    const bool isVariant = type.id() == QMetaType::QVariant;
    m_fixed.push_back(
        {Fixed::Kind::Message, parameter, type, isVariant, isVariant ? reserve(type) : 0});
}

void Signature::takeGadget(int parameter, QMetaType type, Converters &converters)
{
    const GadgetConverter *const converter = converters.findGadget(type);
    if (!converter) {
        m_error = withArticle(type.name()) + " has no default constructor";
        return;
    }
    m_hasGadget = true;
    m_fixed.push_back({Fixed::Kind::Gadget, parameter, type, false, reserve(type)});
    for (const GadgetConverter::Property &property : converter->properties()) {
        Field &field = m_fields.emplace_back();
        field.name = property.name();
        field.typeName = property.typeName();
        field.property = &property;
        field.parameter = parameter;
    }
}

void Signature::takeFields(const QMetaMethod &method, Converters &converters)
{
    const QByteArrayList names = method.parameterNames();
    for (const int i : unassignedParameters()) {
        const QMetaType type = typeOf(method, i);
        const Converter *const converter = converters.find(type);
        if (!m_error.isEmpty())
            return;
        if (names[i - 1].isEmpty())
            m_error = "parameter " + QByteArray::number(i) + " has no name";
        else if (!converter)
            m_error =
                "no field can be converted to " + withArticle(method.parameterTypeName(i - 1));
        else
            addField(names[i - 1], i, type, converter);
    }
}

//! Finds out which of the last fields may be missing.
void Signature::addOptional(int required)
{
    int lastFixed = 0;
    for (const Fixed &fixed : m_fixed)
        lastFixed = std::max(lastFixed, fixed.parameter);
    bool isOptional = true;
    for (size_t i = m_fields.size(); i-- > 0;) {
        Field &field = m_fields[i];
        if (m_isScript) // not the first: a message without any field deserves a warning
            isOptional = isOptional && i > 0 && field.type == QMetaType::fromType<QVariant>();
        else // parameters without a field are never omitted, nor are those before them
            isOptional = field.parameter > required && field.parameter > lastFixed;
        field.isOptional = isOptional;
    }
}

void Signature::addField(const QByteArray &name, int parameter, QMetaType type,
                         const Converter *converter)
{
    // A value that fits sets every byte of these; for a gadget, only those of the fields that come.
    const bool isPlain = type.id() < QMetaType::User
        && !(type.flags() & (QMetaType::NeedsConstruction | QMetaType::NeedsDestruction));
    const FieldSet bit = m_fields.size() < maximumFields ? FieldSet(1) << m_fields.size() : 0;
    if (!isPlain)
        m_constructed |= bit;
    if (converter->allowsMissing())
        m_preset |= bit;
    m_fields.push_back({name, type.name(), parameter, converter, type, reserve(type)});
}

void Signature::sortNames()
{
    for (const Field &field : m_fields)
        m_names.push_back({field.name, &field});
    m_names.push_back({"action", nullptr}); // a field of that name comes first and is found
    std::stable_sort(m_names.begin(), m_names.end(),
                     [](const Name &a, const Name &b) { return a.text < b.text; });
}

//! Finds a \a key that is not the one after the last one found.
const Signature::Field *Signature::search(QByteArrayView key, size_t &next) const
{
    const auto isNamed = [key](const Name &name) { return isSameText(name.text, key); };
    const auto name = std::find_if(m_names.begin(), m_names.end(), isNamed);
    if (name == m_names.end())
        return nullptr;
    next = size_t(name - m_names.begin()) + 1;
    return name->field;
}

size_t Signature::reserve(QMetaType type)
{
    const auto alignment = std::max(size_t(type.alignOf()), size_t(1));
    const size_t offset = (m_size + alignment - 1) / alignment * alignment;
    m_size = offset + size_t(type.sizeOf());
    m_alignment = std::max(m_alignment, alignment);
    return offset;
}

} // namespace QRepod
